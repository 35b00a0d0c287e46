/** Whose manners a `MemoryServer` has where servers differ: those of the RFCs, or those of a server in use. */
export type ServerManners = 'ejabberd' | 'prosody' | 'rfc';

/** A stream feature of a session that is logged in. */
export type SessionFeature = 'bind' | 'required-bind' | 'session' | 'sub' | 'ver';

/** What servers do differently, beside subscriptions and the forms of contacts, which are code. @internal */
export interface Manners {
  /** Stream features behind the login, in order. */
  readonly features: readonly SessionFeature[];
  /** A change is pushed before the request that made it is answered (RFC 6121 §2.1.6 leaves that open). */
  readonly pushesFirst: boolean;
  /** Changes are pushed to sessions too that have not asked for the roster. */
  readonly pushesToAll: boolean;
  /** What comes from the account itself has its bare address as `from`. */
  readonly namesAccount: boolean;
  /** Who knows an older version gets what has changed since as pushes (RFC 6121 §2.6.3), and not the whole roster. */
  readonly pushesChanges: boolean;
  /** A roster has its version also where nobody asked for one. */
  readonly versionsAll: boolean;
  /** Whoever has asked to see the user, and stands in no subscription otherwise, is not in the roster that is fetched, named or not. */
  readonly hidesAskers: boolean;
  /** A bare address as `to` becomes the full one of each session that gets the presence. */
  readonly fillsTo: boolean;
  /** A session hears its own broadcasts as they were sent, without `to`; that it is not there too, and each time that it says so. */
  readonly reflects: boolean;
  /** Presence that is told again has the time at which it was said (XEP-0203). */
  readonly stampsPresence: 'again' | 'never' | 'probed';
  /** Requests for a subscription come before our own presence. */
  readonly requestsFirst: boolean;
  /** Who is told that a contact is not there who has no session. */
  readonly tellsAbsence: boolean;
  /** Another session of the user counts as one that was addressed, and is told of the end also where it said that it is not there. */
  readonly addressesOwn: boolean;
  /** Who says again that it is not there is told of again; of one that ends after it, the user's other sessions are. */
  readonly repeatsAbsence: boolean;
  /** Subscription requests that wait are sent again whenever a session of the user comes. */
  readonly asksAgain: boolean;
  /** Presence types beside those of RFC 6121 that count as none. */
  readonly alsoAvailable: ReadonlySet<string>;
  /** Texts of errors; undefined: none is sent. */
  readonly texts: {
    readonly unknownPresence: string | undefined;
    readonly unknownRequest: string | undefined;
    readonly noSession: string | undefined;
  };
  /** Errors have what was refused in them. */
  readonly returnsPayload: boolean;
  /** Private XML storage (XEP-0049). */
  readonly privateStorage: boolean;
}

const RFC: Manners = {
  features: ['bind', 'session', 'ver'],
  pushesFirst: false,
  pushesToAll: false,
  namesAccount: false,
  pushesChanges: true,
  versionsAll: false,
  hidesAskers: false,
  fillsTo: false,
  reflects: false,
  stampsPresence: 'never',
  requestsFirst: false,
  tellsAbsence: true,
  addressesOwn: false,
  repeatsAbsence: false,
  asksAgain: false,
  alsoAvailable: new Set(),
  texts: { unknownPresence: undefined, unknownRequest: undefined, noSession: undefined },
  returnsPayload: false,
  privateStorage: false,
};

/** The manners by name. @internal */
export const MANNERS: Readonly<Record<ServerManners, Manners>> = {
  rfc: RFC,
  prosody: {
    ...RFC,
    features: ['required-bind', 'session', 'sub', 'ver'],
    pushesChanges: false,
    versionsAll: true,
    reflects: true,
    stampsPresence: 'again',
    addressesOwn: true,
    asksAgain: true,
    texts: { ...RFC.texts, unknownPresence: 'Invalid presence type' },
    privateStorage: true,
  },
  ejabberd: {
    ...RFC,
    pushesFirst: true,
    pushesToAll: true,
    namesAccount: true,
    pushesChanges: false,
    hidesAskers: true,
    fillsTo: true,
    stampsPresence: 'probed',
    requestsFirst: true,
    tellsAbsence: false,
    repeatsAbsence: true,
    alsoAvailable: new Set(['available']),
    texts: {
      unknownPresence: "Bad value of attribute 'type' in tag <presence/> qualified by namespace 'jabber:client'",
      unknownRequest: 'No module is handling this query',
      noSession: 'User session not found',
    },
    returnsPayload: true,
    privateStorage: true,
  },
};
