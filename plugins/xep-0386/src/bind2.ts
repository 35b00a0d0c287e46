import { BaseXMPP, dateTime, Registration, XmlElement } from '@sestina/core';
import { Sasl2 } from '@sestina/xep-0388';
import type { LoginAttempt, LoginResult } from '@sestina/xep-0388/inline';
import { type BindFeature, BindFeatures } from './inline.js';
import { Bind2Options, checkOptions } from './options.js';

/** The namespace of Bind 2. */
export const NS_BIND2 = 'urn:xmpp:bind:0';
// Texts and servers have had it under another one.
const NAMESPACES = [NS_BIND2, 'urn:xmpp:bind2:1'];
const NS_MAM = 'urn:xmpp:mam:2';

/** A message of the archive: what it calls it, and when it was kept. */
export interface ArchivePoint {
  readonly id: string;
  /** Undefined where the server does not say it, or nothing that is a time. */
  readonly timestamp: Date | undefined;
}

/** The account's archive at the moment of binding; both undefined for an empty one. */
export interface ArchiveAtBind {
  /** Its oldest message. */
  readonly start: ArchivePoint | undefined;
  /** Its newest: what comes behind it is sent to this session. */
  readonly end: ArchivePoint | undefined;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** A resource was bound within the login (XEP-0386). `archive`: how far it goes, where the server says so. */
    bound2: { readonly archive: ArchiveAtBind | undefined };
  }
}

/**
 * XEP-0386: Bind 2, version 1.1.0. Binds a resource within the login, and has other plugins enable there what a session begins with.
 * Where the server does not offer it, a resource was asked for, or nothing reads the archive, RFC 6120 does it. Clients only.
 */
export class Bind2 extends BindFeatures {
  static override readonly id = 'xep-0386';
  static override readonly Options = Bind2Options;
  static override readonly kinds = ['client'] as const;
  static override readonly provides = [BindFeatures] as const;
  static override readonly inject = [BaseXMPP, Sasl2, Bind2Options] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: Bind2Options;
  #features: readonly BindFeature[] = [];
  /** In the last `<authenticate/>`. */
  #asked: { readonly attempt: LoginAttempt; readonly features: readonly BindFeature[] } | undefined;
  #archive: ArchiveAtBind | undefined;
  #told = false;

  /** @throws ConfigError for an option that cannot be. */
  constructor(xmpp: BaseXMPP, sasl2: Sasl2, options: Bind2Options) {
    super();
    checkOptions(options);
    this.#xmpp = xmpp;
    this.#options = options;
    for (const namespace of NAMESPACES) {
      this.own(
        sasl2.inline({
          namespace,
          offer: (offered, attempt) => this.#offer(offered, attempt),
          done: (result, attempt) => this.#done(namespace, result, attempt),
        }),
      );
    }
  }

  /** The account's archive when this session's resource was bound; undefined where the server did not say, or RFC 6120 has bound it. */
  get archive(): ArchiveAtBind | undefined {
    return this.#archive;
  }

  override sessionEnd(): void {
    this.#archive = undefined;
  }

  inline(feature: BindFeature): Registration {
    const { namespace } = feature;
    const entry: BindFeature = {
      namespace,
      request: (context) => feature.request?.(context),
      response: (bound, context) => feature.response?.(bound, context),
    };
    this.#features = [...this.#features, entry];
    return new Registration(() => {
      this.#features = this.#features.filter((other) => other !== entry);
    });
  }

  #offer(offered: XmlElement, attempt: LoginAttempt): XmlElement | undefined {
    // A server that offers both names of it is asked once.
    if (this.#asked?.attempt === attempt || !this.#isWanted()) return undefined;
    const { namespace } = offered;
    const names = new Set(
      offered
        .child('inline', namespace)
        ?.childrenNamed('feature', namespace)
        .map((each) => each.attribute('var')),
    );
    const bind = new XmlElement('bind', namespace).append(new XmlElement('tag', namespace).append(this.#options.tag));
    const features = this.#features.filter(({ namespace: each }) => names.has(each) || each === NS_MAM);
    for (const { request } of features) {
      const wish = request?.(attempt.context);
      if (wish) bind.append(wish);
    }
    this.#asked = { attempt, features };
    return bind;
  }

  #isWanted(): boolean {
    // The resource is the server's to choose here.
    if (this.#xmpp.requestedJid.resource !== undefined) return false;
    if (this.#options.withoutArchive === 'accept') return true;
    if (this.#features.some(({ namespace }) => namespace === NS_MAM)) return true;
    if (!this.#told) {
      this.#told = true;
      this.#xmpp.logger.info(
        'Bind 2 is not used: the server would delete the messages that it has kept, and no archive (XEP-0313) is installed to read them',
      );
    }
    return false;
  }

  #done(namespace: string, { success, jid, outcome }: LoginResult, attempt: LoginAttempt): undefined {
    const asked = this.#asked;
    this.#asked = undefined;
    // Where a session was resumed, the server took no notice of the request (XEP-0386 §3.2).
    if (asked?.attempt !== attempt || outcome) return undefined;
    const bound = success.child('bound', namespace);
    if (!bound) {
      this.#xmpp.logger.warn('the server has not bound a resource within the login, although it offers to');
      return undefined;
    }
    attempt.context.bound(jid);
    this.#archive = archiveIn(bound);
    for (const feature of asked.features) {
      if (this.#features.includes(feature)) feature.response?.(bound, attempt.context);
    }
    this.#xmpp.emit('bound2', { archive: this.#archive });
    return undefined;
  }
}

function archiveIn(bound: XmlElement): ArchiveAtBind | undefined {
  const metadata = bound.child('metadata', NS_MAM);
  return metadata && { start: pointIn(metadata.child('start', NS_MAM)), end: pointIn(metadata.child('end', NS_MAM)) };
}

function pointIn(xml: XmlElement | undefined): ArchivePoint | undefined {
  const id = xml?.attribute('id');
  return id ? { id, timestamp: dateTime.decode(xml?.attribute('timestamp') ?? '') } : undefined;
}
