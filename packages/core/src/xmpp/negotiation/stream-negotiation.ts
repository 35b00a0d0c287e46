import type { XmlElement } from '@sestina/xml';
import type { JID } from '../../jid/index.js';
import type { Registration } from '../../registration.js';
import type { Sending } from '../../sending.js';
import type { Iq } from '../../stanza/iq.js';
import type { StreamFeatures } from '../../stanza/stream-features.js';
import type { Link } from '../../stream/link.js';
import type { RequestOptions } from '../iq/pending-requests.js';
import type { ConnectionKind } from '../plugins/plugin.js';

/** How far a stream has come: `open`, then TLS is on (`secure`), then logged in, then it has an address (`bound`). */
export type Stage = 'open' | 'secure' | 'authenticated' | 'bound';

/** The stages in their order. */
export const STAGES: readonly Stage[] = ['open', 'secure', 'authenticated', 'bound'];

/**
 * How a step of the negotiation ended: `next` goes on, also where there was nothing to do; `restart` opens the stream anew (RFC 6120
 * §4.3.3); `features` waits for new ones on this stream (XEP-0388 §2.6.3); `session` is a new one, although more is offered; `resumed`
 * goes on with the one that was kept with `keepSession()`; `restored` with one that the server kept and this process does not know;
 * `done` wants none, and `connect()` rejects with a `NoSessionError`. `session` and `restored` need an address. Where nothing is left
 * to negotiate and there is one, that is a new session too.
 */
export type StepOutcome = 'next' | 'restart' | 'features' | 'session' | 'resumed' | 'restored' | 'done';

/** What a step of the negotiation works with; it is of no use any more once the step has ended. */
export interface NegotiationContext {
  /** The feature as the server offers it. */
  readonly feature: XmlElement;
  /** All that the server offers at this point. */
  readonly features: StreamFeatures;
  /** The connection: `sendElement`, `receive`, `startTls`, `transport`. */
  readonly link: Link;
  /** Aborted where the attempt is given up, the connection goes, or the step is removed. */
  readonly signal: AbortSignal;
  /** How far the stream has come by now. */
  readonly stage: Stage;
  /**
   * Says that logging in is done. Only for a step that gives `authenticated` or `bound`, and once.
   * @param details The mechanism, and the address that the server says one is logged in as, where it says so.
   */
  authenticated(details: { readonly mechanism: string; readonly jid?: JID | undefined }): void;
  /** Says which full address the server gave. Only for a step that gives `authenticated` or `bound`, after the login, and once. */
  bound(jid: JID): void;
  /**
   * Asks the server, and resolves with its result. An answer counts with the id of the request, from the server or our account.
   * @throws StanzaError for an error that came back; TimeoutError after `timeout` milliseconds (default: the connection's
   *   `timeout`); the signal's reason; what ended the connection.
   */
  request(iq: Iq, options?: RequestOptions): Promise<Iq>;
  /** Writes these again where the session is resumed or restored, before anything that waits. They are not counted anew. */
  resend(sendings: readonly Sending[]): void;
}

/** A step of the negotiation: it is taken, once for each stream, where the server offers the feature of its name and namespace. */
export interface NegotiationStep {
  /** The feature's element, as in `<stream:features/>`. */
  readonly name: string;
  readonly namespace: string;
  /**
   * How far the stream has to be. Where TLS is required and off, only a step that gives `secure` is taken, whatever it needs; where
   * the application does without TLS, `secure` counts as reached.
   */
  readonly needs: Stage;
  /** How far it brings the stream. It is not taken where the stream is that far already. Default: no further. */
  readonly gives?: Stage | undefined;
  /** The name of the feature before which it has its turn, where both could be taken. Default: any turn. */
  readonly before?: string | undefined;
  /** Negotiates it. What it throws ends the attempt to connect with that error. */
  run(context: NegotiationContext): Promise<StepOutcome>;
}

/**
 * How a client comes from an open connection to a session (RFC 6120 §4.3), open to plugins: `static inject = [StreamNegotiation]`. A
 * component has none, so that a plugin which asks for it cannot be installed there.
 *
 * Steps have no numbers: what one gives comes before what needs it, and `before` decides among the others.
 */
export abstract class StreamNegotiation {
  static readonly name: string = 'StreamNegotiation';
  static readonly kinds: readonly ConnectionKind[] = ['client'];

  /**
   * Adds a step; from now on, where a negotiation is going on.
   * @throws ConfigError for a step that cannot work, or where `before` of several leads in a circle.
   */
  abstract add(step: NegotiationStep): Registration;
  /**
   * Says what our stream header has in it, until the registration is disposed of; the newest counts. `from`: our bare address once
   * TLS is on (`secure`, the default: RFC 6120 §4.7.1), or not at all (`never`), for who has no account yet.
   */
  abstract header(fill: { readonly from: 'secure' | 'never' }): Registration;
  /**
   * Asks before each connection where it is to be made, as `host:port` (RFC 6120 §4.9.3.19); undefined: by the usual way. That goes by
   * the rules of a redirect: from a secure session alone, with the same name in the certificate, three hops at most. Where it fails,
   * the next attempt asks again.
   */
  abstract reconnectAt(where: () => string | undefined): Registration;
  /** What the server has offered on this connection, on whichever stream, as `{namespace}name`. */
  abstract readonly offered: ReadonlySet<string>;
}
