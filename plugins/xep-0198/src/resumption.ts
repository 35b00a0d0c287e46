import {
  type BaseXMPP,
  DisconnectedError,
  JID,
  NegotiationError,
  StreamError,
  viewOf,
  XmlElement,
} from '@sestina/core';
import type { NegotiationContext } from '@sestina/core/connection';
import { quotedTag } from '@sestina/core/util';
import type { LostStanzas } from './lost-stanzas.js';
import { ManagedSession } from './managed-session.js';
import type { Persistence } from './persistence.js';
import { Failed, NS_SM, Resume, Resumed } from './stanza.js';
import type { Suspects } from './suspects.js';

// How often a session is resumed that the server resumes and then does not go on with.
const PATIENCE = 2;

/** What is asked of the server to go on with a session. */
export interface Wish {
  /** `<resume/>`. */
  readonly element: XmlElement;
  /**
   * Takes the server's answer: what it has counted is acknowledged, and the rest is written again. Undefined: it does not go on.
   * @throws StreamError for a lie, of which the server is told; NegotiationError for what is no answer. That session is never asked for
   *   again: the next attempt would fail in the same way.
   */
  take(answer: XmlElement, context: NegotiationContext): 'restored' | 'resumed' | undefined;
}

/** Whose sessions these are. */
export interface ResumptionHost {
  /** The one that there was last. */
  readonly session: ManagedSession | undefined;
  /** That of another process goes on. */
  adopt(session: ManagedSession): void;
}

/** Goes on with a session (XEP-0198 §5): one whose connection was lost, or one that another process has left behind. */
export class Resumption {
  readonly #xmpp: BaseXMPP;
  readonly #host: ResumptionHost;
  readonly #lost: LostStanzas;
  readonly #persistence: Persistence | undefined;
  /** Of another process, as long as the server has not answered for it. */
  #left: { readonly session: ManagedSession; readonly jid: JID | undefined } | undefined;

  constructor(xmpp: BaseXMPP, host: ResumptionHost, lost: LostStanzas, persistence: Persistence | undefined) {
    this.#xmpp = xmpp;
    this.#host = host;
    this.#lost = lost;
    this.#persistence = persistence;
  }

  /** What the server is to be asked; undefined where there is nothing to go on with. @throws the signal's reason. */
  async wish(signal: AbortSignal): Promise<Wish | undefined> {
    const { session } = this.#host;
    if (session?.state !== 'on') return this.#wishOfAnother(signal);
    if (session.id === undefined || session.fruitless > PATIENCE) return undefined;
    await this.#persistence?.handled(session, session.handled);
    return this.#wish(session, () => 'resumed');
  }

  /** Goes on with what another process has left behind, where there is such a thing. */
  async #wishOfAnother(signal: AbortSignal): Promise<Wish | undefined> {
    const kept = await this.#persistence?.open(signal);
    if (kept) {
      this.#lost.tellStrange(kept.older);
      this.#left = { session: ManagedSession.of(kept), jid: JID.tryParse(kept.jid) };
    }
    const { session, jid } = this.#left ?? {};
    if (!session) return undefined;
    if (session.id === undefined || !jid?.resource || !jid.bare.equals(this.#xmpp.account)) {
      this.#giveUp(session);
      return undefined;
    }
    return this.#wish(session, (context) => {
      this.#left = undefined;
      session.leftBehind = false;
      context.bound(jid);
      this.#host.adopt(session);
      this.#persistence?.restored(session);
      return 'restored';
    });
  }

  #giveUp(session: ManagedSession): void {
    this.#left = undefined;
    this.#lost.tellStrange(
      session.end(new DisconnectedError('the process that wrote this is gone, and so is its session')),
    );
  }

  #wish(session: ManagedSession, goesOn: (context: NegotiationContext) => 'restored' | 'resumed'): Wish {
    session.resumes();
    return {
      element: new Resume({ h: session.resumesFrom, previd: session.id }).xml,
      take: (answer, context) => {
        const failed = taken(session, answer, context, this.#lost.suspects);
        if (!failed) return goesOn(context);
        this.#xmpp.emit('smFailed', { condition: failed.condition, wasResuming: true });
        if (session === this.#left?.session) this.#giveUp(session);
        return undefined;
      },
    };
  }
}

/** @returns what the server answered where it does not go on. */
function taken(
  session: ManagedSession,
  answer: XmlElement,
  { link, resend }: NegotiationContext,
  suspects: Suspects,
): Failed | undefined {
  if (answer.namespace === NS_SM && answer.name === Failed.tag) {
    const failed = viewOf(Failed, answer);
    if (failed.h !== undefined) session.unacked.ack(failed.h);
    session.id = undefined;
    return failed;
  }
  if (answer.namespace !== NS_SM || answer.name !== Resumed.tag) {
    session.id = undefined;
    throw new NegotiationError(`resuming failed: the server answered ${quotedTag(answer)}`);
  }
  const { h, previd } = viewOf(Resumed, answer);
  // A store that is older than it should be: the server knows better.
  if (session.leftBehind && h !== undefined) session.unacked.raise(h);
  const error =
    previd !== session.id || h === undefined
      ? new StreamError('undefined-condition', { text: 'the server resumed another session than ours' })
      : count(session, h);
  if (error) {
    session.id = undefined;
    link.fail(error);
    throw error;
  }
  suspects.judge(session.unacked);
  resend(session.unacked.sendings);
  return undefined;
}

/** Takes an acknowledgement; gives what ends the stream where it is of more than was sent (XEP-0198 §6). */
export function count({ unacked }: ManagedSession, h: number): StreamError | undefined {
  const { sent } = unacked;
  if (unacked.ack(h) !== 'too-high') return undefined;
  const counts = { h: String(h), 'send-count': String(sent) };
  return new StreamError('undefined-condition', {
    text: `${h} stanzas were acknowledged, ${sent} were sent`,
    application: new XmlElement('handled-count-too-high', NS_SM, counts),
  });
}
