import type { AskOptions, Audience, JID } from '@sestina/core';
import type { IdentityInit } from './own-info.js';
import type { DiscoInfo } from './stanza.js';

/** Options of `ServiceDiscovery`. */
export class ServiceDiscoveryOptions {
  /**
   * What we are.
   * @default client/pc with the name "Sestina"; for a component component/generic
   */
  identities: readonly IdentityInit[] = [];
  /**
   * Whether answers are remembered until the session ends: 500 of them, of at most 65,536 characters each.
   * @default true
   */
  cache = true;
  /**
   * Who gets an answer. Answering shows that we are there (RFC 6120 §13.10): all others get the error that a program without this
   * plugin would give.
   * @default 'everybody'
   */
  answer: Audience = 'everybody';
}

/** Options of `info()`. */
export interface InfoOptions extends AskOptions {
  /** A node of the entity. */
  readonly node?: string | undefined;
  /** Whether a remembered answer will do. Default true. */
  readonly cached?: boolean | undefined;
}

/** Options of `items()`. */
export interface ItemsOptions extends AskOptions {
  /** A node of the entity. */
  readonly node?: string | undefined;
  /** More items than this are refused with a `TooManyItemsError`. Default 10,000. */
  readonly limit?: number | undefined;
}

/** Options of `find()`. */
export interface FindOptions extends AskOptions {
  /** How many of the domain's items are asked what they are. Default 20, as XEP-0030 §6.2 advises. */
  readonly maxItems?: number | undefined;
}

/** What kind of service is looked for; all that is given has to hold. */
export interface ServiceQuery {
  readonly feature?: string | undefined;
  /** Category of an identity. */
  readonly category?: string | undefined;
  /** Type of the same identity. */
  readonly type?: string | undefined;
}

/** A service that was found. */
export interface Service {
  readonly jid: JID;
  readonly info: DiscoInfo;
}
