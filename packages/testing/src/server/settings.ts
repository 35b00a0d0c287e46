import type { Clock, Random } from '@sestina/core';
import type { Limits } from '@sestina/core/transport';
import type { Manners, ServerManners } from './manners.js';
import type { SaslCondition, SaslMechanismName } from './sasl.js';
import type { ServerStreamManagement } from './stream-management.js';

/** Options of a `MemoryServer`; every one may be left out. */
export interface MemoryServerOptions {
  /** The domain that it serves. Default `localhost`. */
  domain?: string;
  /** User names (localparts) with their passwords. Default: none. */
  users?: Readonly<Record<string, string>>;
  /** Domains of components with their secrets (XEP-0114). Default: none. */
  components?: Readonly<Record<string, string>>;
  /** What time stamps, waits and the turns of in-memory connections run on. Default: the system's. */
  clock?: Clock;
  /** Where stream ids, resources and nonces come from. Default: a fixed seed, so that two runs are alike. */
  random?: Random;
  /**
   * SASL mechanisms, as they are offered. Default: SCRAM-SHA-512, SCRAM-SHA-256, SCRAM-SHA-1, and PLAIN where the
   * connection is secure. Naming PLAIN here offers it in the clear too.
   */
  mechanisms?: readonly SaslMechanismName[];
  /** Whether STARTTLS is offered to clients, and whether they have to take it. Default `required`. */
  starttls?: 'required' | 'optional' | 'off';
  /**
   * What a second connection of a component meets. `allow`: all of them get what comes for the domain in turn, whoever it is from
   * and whichever address it is for, and the answer to a request goes to the connection that asked. `share`: each stanza goes to
   * any of them at random, answers too, as on an ejabberd without `domain_balancing`. `reject`: it is refused with `conflict`.
   * `replace`: the first one is ended with `conflict`. Default `allow`.
   */
  componentConflict?: 'allow' | 'reject' | 'replace' | 'share';
  /**
   * Whose manners it has with rosters, presence and errors: those of RFC 6121, or those of Prosody 0.12 or ejabberd 23.01 where these
   * differ. Default `rfc`.
   */
  as?: ServerManners;
  /**
   * Whether clients can have their stanzas counted and their sessions resumed (XEP-0198), and how. A session whose connection was lost
   * is then kept, with what comes for it, and ends after a while on `clock`. Default false.
   */
  streamManagement?: boolean | ServerStreamManagement;
  /** What a peer may send; see `Limits` of the core. */
  limits?: Partial<Limits>;
  /** SCRAM iterations; clients refuse less than 4096. Default 4096. */
  iterations?: number;
  /** How many log entries are kept; the oldest go first. Default 10,000. */
  logSize?: number;
  /** Messages kept for a user who is not there; further ones bounce. Default 100. */
  offlineMessages?: number;
  /** Bytes that may wait for a peer that does not read, before it is cut off. Default 16 MiB. */
  maxBacklogBytes?: number;
}

/** The options with everything filled in. @internal */
export interface ServerSettings {
  readonly domain: string;
  readonly components: ReadonlyMap<string, string>;
  readonly mechanisms: readonly SaslMechanismName[] | undefined;
  readonly starttls: 'required' | 'optional' | 'off';
  readonly componentConflict: 'allow' | 'reject' | 'replace' | 'share';
  readonly as: ServerManners;
  readonly manners: Manners;
  /** Undefined: it is not offered. */
  readonly streamManagement: Required<ServerStreamManagement> | undefined;
  readonly limits: Limits;
  readonly iterations: number;
  readonly offlineMessages: number;
  readonly maxBacklogBytes: number;
  /** Logins that fail on purpose, by user name. */
  readonly refusals: Map<string, SaslCondition>;
}
