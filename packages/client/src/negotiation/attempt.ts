import { type JID, NegotiationError, type Sending } from '@sestina/core';
import type { Link, Stage, StreamFeatures } from '@sestina/core/connection';
import { AuthError } from '../errors.js';

/** What a negotiation tells the client that it is for. */
export interface NegotiationListener {
  authenticated(mechanism: string): void;
  bound(jid: JID): void;
}

/** How far one connection has come, from its first stream to the session. */
export class Attempt {
  readonly link: Link;
  readonly #account: JID;
  readonly #listener: NegotiationListener;
  /** By which mechanism, once there was a login. */
  #mechanism: string | undefined;
  #jid: JID | undefined;
  /** What is to be written again once the session goes on. */
  readonly again: Sending[] = []; // bound: what waits for an acknowledgement
  /** What the server has offered, as `{namespace}name`. */
  readonly offered = new Set<string>(); // bound: features of a few streams, each below `maxStanzaBytesBeforeLogin`

  /** @param account The address that was asked for. */
  constructor(link: Link, account: JID, listener: NegotiationListener) {
    this.link = link;
    this.#account = account;
    this.#listener = listener;
  }

  /** The address that the server gave, or the one that was asked for. */
  get jid(): JID {
    return this.#jid ?? this.#account;
  }

  get stage(): Stage {
    if (this.#jid) return 'bound';
    if (this.#authenticated) return 'authenticated';
    return this.link.transport.secure ? 'secure' : 'open';
  }

  /** Whether the stream is that far, whatever it left out on the way. */
  reached(stage: Stage): boolean {
    switch (stage) {
      case 'open':
        return true;
      case 'secure':
        return this.link.transport.secure;
      case 'authenticated':
        return this.#authenticated;
      default:
        return this.#jid !== undefined;
    }
  }

  /** @throws NegotiationError the second time; AuthError for another account than the one that was asked for. */
  authenticated(mechanism: string, jid: JID | undefined): void {
    if (this.#authenticated) throw new NegotiationError('it says that logging in is done, which was done already');
    if (jid) this.#checkAccount(jid, mechanism);
    this.#mechanism = mechanism;
    this.#listener.authenticated(mechanism);
  }

  /**
   * @throws NegotiationError before the login, the second time, and for what is no full address; AuthError for an address of
   *   another account than the one that was asked for.
   */
  bound(jid: JID): void {
    if (this.#mechanism === undefined) throw new NegotiationError('it gives an address before anybody has logged in');
    if (this.#jid) throw new NegotiationError(`it gives an address, and there is ${this.#jid} already`);
    if (jid.resource === undefined) throw new NegotiationError('it gives an address without a resource');
    this.#checkAccount(jid, this.#mechanism);
    this.#listener.bound(jid);
    this.#jid = jid;
  }

  /** The address is that of the account that has logged in (RFC 6120 §4.3.6): another one must not be taken unnoticed. */
  #checkAccount(jid: JID, mechanism: string): void {
    const account = this.#account;
    // Only the server knows who somebody is that has given no name.
    const named = account.local !== undefined && mechanism !== 'ANONYMOUS';
    if (named ? jid.bare.equals(account.bare) : jid.domain === account.domain) return;
    const hint = `the server says that this is ${jid.bare}`;
    throw new AuthError('invalid-authzid', mechanism, { hint, account: account.bare.toString() });
  }

  get #authenticated(): boolean {
    return this.#mechanism !== undefined;
  }

  /** Takes note of what the server offers. */
  offers(features: StreamFeatures): void {
    for (const xml of features.xml.elements()) this.offered.add(`{${xml.namespace}}${xml.name}`);
  }

  /** Writes what is to be written again, before anything else can be. */
  resend(): void {
    const { link } = this;
    for (const { element } of this.again.splice(0)) link.sendElement(element);
  }
}
