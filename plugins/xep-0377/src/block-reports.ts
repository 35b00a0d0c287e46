import { BaseXMPP, JID, type Message, Plugin, type RequestOptions } from '@sestina/core';
import { within } from '@sestina/core/util';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { Blocking } from '@sestina/xep-0191';
import { StanzaId, StanzaIds } from '@sestina/xep-0359';
import { NS_REPORTING, Report } from './stanza.js';

/** Why somebody is blocked, and what is told of it. */
export interface BlockReport {
  /** Unwanted messages, or any other abuse. */
  readonly reason: 'abuse' | 'spam';
  /**
   * Words of ours, by language: `{ en: 'Buy this!' }`. A text is in no language in particular.
   * @default none
   */
  readonly text?: string | Readonly<Record<string, string>> | undefined;
  /**
   * Messages of whoever is reported. Only what our own archive calls them is told, so that of those which it does not have nothing is.
   * @default none
   */
  readonly messages?: readonly Message[] | undefined;
  /**
   * To whom our server may hand it on: the server of who is reported, those who collect reports.
   * @default nobody
   */
  readonly forwardTo?: readonly ('origin' | 'third-party')[] | undefined;
}

/** What came of blocking and reporting somebody, who is blocked in any case. */
export interface BlockReported {
  /** Whether our server was told why. */
  readonly reported: boolean;
}

// Milliseconds for finding out whether the server takes reports: nobody stays unblocked for it.
const PATIENCE = 5_000;

/** XEP-0377: Blocking Command Reports, version 0.4.1. Tells our server why somebody is blocked. */
export class BlockReports extends Plugin {
  static override readonly id = 'xep-0377';
  static override readonly inject = [BaseXMPP, Blocking, ServiceDiscovery, StanzaIds] as const;
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #blocking: Blocking;
  readonly #disco: ServiceDiscovery;

  constructor(xmpp: BaseXMPP, blocking: Blocking, disco: ServiceDiscovery, _stanzaIds: StanzaIds) {
    super();
    this.#xmpp = xmpp;
    this.#blocking = blocking;
    this.#disco = disco;
  }

  /** Whether our server takes reports. @throws what `ServiceDiscovery.supports()` throws. */
  supported(options: RequestOptions = {}): Promise<boolean> {
    return this.untilRemoved(options.signal, (signal) =>
      this.#disco.supports(this.#xmpp.serverDomain, NS_REPORTING, { ...options, signal }),
    );
  }

  /**
   * Blocks somebody, and says why where our server takes reports. Where it does not, or that is not found out soon, they are blocked
   * without a word.
   * @throws TypeError for a message of somebody else, or of ours. What `Blocking.block()` throws.
   */
  block(jid: JID | string, report: BlockReport, options: RequestOptions = {}): Promise<BlockReported> {
    return this.untilRemoved(options.signal, async (signal) => {
      const address = JID.from(jid);
      const payload = this.#reportOf(address, report);
      const reported = await this.#takesReports(signal);
      const beside = reported ? () => payload : undefined;
      await this.#blocking.block(address, { ...options, signal, beside });
      return { reported };
    });
  }

  #reportOf(address: JID, { reason, text = {}, messages = [], forwardTo = [] }: BlockReport): Report {
    return new Report({
      reason: `urn:xmpp:reporting:${reason}`,
      stanzaIds: messages.flatMap((message) => this.#idOf(address, message)),
      texts: typeof text === 'string' ? { '': text } : text,
      toOrigin: forwardTo.includes('origin'),
      toThirdParty: forwardTo.includes('third-party'),
    });
  }

  /** What our archive calls a message: what others write into it as its id could be that of any other. */
  #idOf(address: JID, { from, context }: Message): StanzaId[] {
    const { way, archive, archiveId } = context;
    const isTheirs = way === 'in' && from && [from.full, from.bare.full, from.domain].includes(address.full);
    if (!isTheirs) throw new TypeError(`a message that is reported has to be one of ${address}`);
    const { account } = this.#xmpp;
    return archiveId !== undefined && archive?.equals(account) ? [new StanzaId({ id: archiveId, by: account })] : [];
  }

  async #takesReports(signal: AbortSignal): Promise<boolean> {
    try {
      const asked = (stop: AbortSignal): Promise<boolean> => this.supported({ signal: stop });
      return await within(this.#xmpp.clock, asked, { what: 'whether reports are taken', timeout: PATIENCE, signal });
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }
}
