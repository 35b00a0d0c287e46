/**
 * What other plugins have asked for within a login.
 *
 * @module
 */

import { type JID, Plugin, type Registration, type XmlElement } from '@sestina/core';
import type { NegotiationContext } from '@sestina/core/connection';
import type { PasswordUse, SaslLoginError, SaslWay } from '@sestina/sasl';

/** One `<authenticate/>`: another mechanism on the same stream is another attempt. */
export interface LoginAttempt {
  readonly mechanism: string;
  /** `<authentication/>`, as the server offers it. */
  readonly authentication: XmlElement;
  /** Which client logs in, for the server; undefined where it is not told. */
  readonly clientId: string | undefined;
  /** What can be made of the password; undefined where it is not by a password that one logs in. */
  readonly password: PasswordUse | undefined;
  readonly context: NegotiationContext;
}

/** How an attempt ended well; the server has proven itself by then. */
export interface LoginResult {
  readonly success: XmlElement;
  /** As whom one is logged in; a full address where one was bound, or is again. */
  readonly jid: JID;
  /** What came of resuming a session, where that was done. */
  readonly outcome: InlineOutcome | undefined;
}

/** A session goes on that was there before (`resumed`, `restored`), or none is wanted (`done`); see `StepOutcome`. */
export type InlineOutcome = 'resumed' | 'restored' | 'done';

/** A way to log in that is tried before anybody is asked for credentials. */
export interface InlineWay extends SaslWay {
  /** Whether nothing else is to be asked for or tried on this stream. */
  readonly alone?: boolean | undefined;
  /** The server refused it. */
  refused(error: SaslLoginError): void;
}

/** What is asked for within the login (XEP-0388 §2.1, `<inline/>`). */
export interface InlineFeature {
  /** Of the element in `<inline/>`, or in `<authentication/>` itself. */
  readonly namespace: string;
  /** Whether it resumes a session: then it is looked at first, as the server does. */
  readonly resumes?: boolean | undefined;
  /** Its own way to log in, where it has one now. */
  way?(offered: XmlElement, clientId: string | undefined, context: NegotiationContext): Promise<InlineWay | undefined>;
  /** What is written into `<authenticate/>`; undefined: nothing. Called for each attempt. */
  offer(
    offered: XmlElement,
    attempt: LoginAttempt,
  ): XmlElement | readonly XmlElement[] | undefined | Promise<XmlElement | readonly XmlElement[] | undefined>;
  /** Looks at what came of it. Only after an attempt for which `offer` had something, and not where that failed. */
  done?(result: LoginResult, attempt: LoginAttempt): InlineOutcome | undefined;
}

/**
 * What can be asked for within a login, as `Sasl2` has it. A class of its own, so that a plugin can ask for it where it is there, and
 * brings it along nowhere else.
 */
export abstract class InlineFeatures extends Plugin {
  /** Asks for a feature within each login to a server that offers it inline. */
  abstract inline(feature: InlineFeature): Registration;
}
