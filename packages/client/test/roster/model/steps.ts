import fc from 'fast-check';

/** Our own account, and who else there is; the last one has a resource in the roster itself. */
export const OWN = 'alice@example.org';
export const PEOPLE = ['ann@example.net', 'bob@example.net', 'cid@example.org', 'fay@example.net/home'] as const;

export const PRESENCE_TYPES = [
  ...['unavailable', 'error', 'probe', 'subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'],
  'bogus',
] as const;

/** A contact as a roster has it on the wire. */
export interface Item {
  readonly jid: string;
  readonly name?: string | undefined;
  readonly groups: readonly string[];
  readonly subscription?: 'both' | 'from' | 'none' | 'remove' | 'to' | undefined;
  readonly ask: boolean;
  readonly approved: boolean;
}

/** How the server answers a request: with that, with no payload, or not at all well. */
export type RosterAnswer =
  | { readonly kind: 'roster'; readonly items: readonly Item[]; readonly ver?: string | undefined }
  | { readonly kind: 'empty' }
  | { readonly kind: 'error' };

/** What happens next. */
export type Step =
  | {
      readonly kind: 'presence';
      readonly from: string;
      readonly type?: string | undefined;
      readonly show?: 'away' | 'dnd' | undefined;
      readonly status?: string | undefined;
      readonly priority?: number | undefined;
    }
  | {
      readonly kind: 'push';
      readonly items: readonly Item[];
      readonly ver?: string | undefined;
      readonly from?: string | undefined;
    }
  | { readonly kind: 'fetch'; readonly answer: RosterAnswer; readonly before: readonly Item[] }
  | {
      readonly kind: 'update';
      readonly jid: string;
      readonly name?: string | undefined;
      readonly groups?: readonly string[] | undefined;
      readonly fetched: RosterAnswer;
      readonly push: 'after' | 'before' | 'none';
      readonly refused: boolean;
    }
  | {
      readonly kind: 'remove';
      readonly jid: string;
      readonly push: 'after' | 'before' | 'none';
      readonly refused: boolean;
    }
  | {
      readonly kind: 'act';
      readonly jid: string;
      readonly type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed';
    }
  | { readonly kind: 'broadcast'; readonly available: boolean }
  | { readonly kind: 'policy'; readonly authorize: boolean | 'ask'; readonly subscribe: boolean }
  /** Another session; `restart`: of another client, with the same storage. */
  | { readonly kind: 'reconnect'; readonly versioned: boolean; readonly restart: boolean };

// Mostly the same one, so that much happens to it.
const person = fc.constantFrom(PEOPLE[0], PEOPLE[0], PEOPLE[0], ...PEOPLE);
const bare = (jid: string): string => jid.split('/')[0] ?? jid;
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
const groups = fc.array(fc.constantFrom('x', 'y', ''), { maxLength: 3 });
const ver = optional(fc.constantFrom('v1', 'v2', 'v3', ''));

const item: fc.Arbitrary<Item> = fc.record({
  jid: person,
  name: optional(fc.constantFrom('N', 'M', '')),
  groups,
  subscription: fc.constantFrom('none', 'to', 'from', 'both', undefined),
  ask: fc.boolean(),
  approved: fc.boolean(),
});
const pushed: fc.Arbitrary<Item> = fc.oneof(
  { weight: 3, arbitrary: item },
  { weight: 1, arbitrary: item.map((it) => ({ ...it, subscription: 'remove' as const })) },
);

const roster: fc.Arbitrary<RosterAnswer> = fc.record({
  kind: fc.constant('roster' as const),
  items: fc.uniqueArray(item, { maxLength: 4, selector: ({ jid }) => jid }),
  ver,
});
const answer: fc.Arbitrary<RosterAnswer> = fc.oneof(
  { weight: 4, arbitrary: roster },
  { weight: 2, arbitrary: fc.constant({ kind: 'empty' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'error' as const }) },
);

const sender = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(person, fc.constantFrom('', '/p', '/q')).map(([jid, resource]) => bare(jid) + resource),
  },
  { weight: 1, arbitrary: fc.constantFrom(`${OWN}/phone`, `${OWN}/tab`, OWN, 'fay@example.net/home') },
);
const whenPushed = fc.constantFrom('after' as const, 'before' as const, 'none' as const);

/** Any step, the frequent ones more often. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('presence' as const),
      from: sender,
      type: optional(fc.constantFrom(...PRESENCE_TYPES)),
      show: optional(fc.constantFrom('away' as const, 'dnd' as const)),
      status: optional(fc.constantFrom('s', 't')),
      priority: optional(fc.constantFrom(-1, 0, 5)),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      items: fc.oneof(
        { weight: 9, arbitrary: pushed.map((it) => [it]) },
        {
          weight: 1,
          arbitrary: fc
            .constantFrom(0, 2)
            .chain((length) => fc.array(pushed, { minLength: length, maxLength: length })),
        },
      ),
      ver,
      from: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(undefined, OWN) },
        { weight: 1, arbitrary: fc.constantFrom('ann@example.net', 'example.org', `${OWN}/tab`) },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fetch' as const),
      answer,
      before: fc.array(pushed, { maxLength: 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      jid: person,
      name: optional(fc.constantFrom('N', 'O', '')),
      groups: optional(groups),
      fetched: answer,
      push: whenPushed,
      refused: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      jid: person,
      push: whenPushed,
      refused: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('act' as const),
      jid: person,
      type: fc.constantFrom(
        'subscribe' as const,
        'subscribed' as const,
        'unsubscribe' as const,
        'unsubscribed' as const,
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('broadcast' as const), available: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('policy' as const),
      authorize: fc.constantFrom(true, false, 'ask' as const),
      subscribe: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reconnect' as const), versioned: fc.boolean(), restart: fc.boolean() }),
  },
);
