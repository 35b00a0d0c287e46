import { type AskOptions, type BaseXMPP, int, type JID, StanzaError } from '@sestina/core';
import { formType, single } from '@sestina/xep-0004';
import type { DiscoInfo, Service, ServiceDiscovery } from '@sestina/xep-0030';
import { extension } from '@sestina/xep-0128';
import { PURPOSES, type PurposeName } from './purpose.js';
import { NS_UPLOAD, NS_UPLOAD_PURPOSE } from './stanza.js';

/** A service that takes files. */
export interface UploadService {
  readonly jid: JID;
  /** Bytes that a file may have, where it says so. */
  readonly maxSize: number | undefined;
  /** The purposes that it knows. */
  readonly purposes: ReadonlySet<PurposeName>;
}

const Limits = formType(NS_UPLOAD, { maxFileSize: single('max-file-size', int(1)).lenient() });

// Those that do not answer by then are left out.
const PATIENCE = 10_000;

function serviceOf(jid: JID, info: DiscoInfo): UploadService | undefined {
  if (!info.has(NS_UPLOAD)) return undefined;
  const purposes = new Set(PURPOSES.filter((name) => info.has(`${NS_UPLOAD_PURPOSE}#${name}`)));
  return { jid, maxSize: extension(info, Limits)?.maxFileSize, purposes };
}

/** The services of our server, or the one that was named; asked once in a session. */
export class Services {
  readonly #xmpp: BaseXMPP;
  readonly #disco: ServiceDiscovery;
  readonly #named: JID | undefined;
  #found: readonly UploadService[] | undefined;

  constructor(xmpp: BaseXMPP, disco: ServiceDiscovery, named: JID | undefined) {
    this.#xmpp = xmpp;
    this.#disco = disco;
    this.#named = named;
  }

  /** Where it is looked for. */
  get domain(): string {
    return this.#named?.full ?? (this.#xmpp.isComponent ? this.#xmpp.serverDomain : this.#xmpp.account.domain);
  }

  forget(): void {
    this.#found = undefined;
  }

  /** One that knows the purpose, else any. */
  async find(purpose: PurposeName | undefined, options: AskOptions): Promise<UploadService | undefined> {
    const found = this.#found ?? (await this.#look(options));
    // What was not found may only not have answered.
    if (found.length > 0) this.#found = found;
    return found.find(({ purposes }) => purpose !== undefined && purposes.has(purpose)) ?? found[0];
  }

  async #look({ from, signal, timeout = PATIENCE }: AskOptions): Promise<readonly UploadService[]> {
    const services = this.#named
      ? await this.#ask(this.#named, { from, signal, timeout })
      : await this.#search({ from, signal, timeout });
    return services.map(({ jid, info }) => serviceOf(jid, info)).filter((service) => service !== undefined);
  }

  #search(options: AskOptions): Promise<readonly Service[]> {
    return this.#disco.find(this.domain, NS_UPLOAD, options);
  }

  async #ask(jid: JID, options: AskOptions): Promise<readonly Service[]> {
    try {
      return [{ jid, info: await this.#disco.info(jid, options) }];
    } catch (error) {
      if (error instanceof StanzaError && !error.retryable) return [];
      throw error;
    }
  }
}
