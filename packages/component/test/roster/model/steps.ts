import fc from 'fast-check';

export const OWNERS = ['bot@echo.example.org', 'news@echo.example.org'] as const;
export const PEOPLE = ['ann@example.net', 'bob@example.net', 'cid@example.org'] as const;

export type Act = 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed';

/** What happens next, to one address of ours. */
export type Step =
  | {
      readonly kind: 'presence';
      readonly from: string;
      readonly to: string;
      readonly type?: string | undefined;
      readonly show?: string | undefined;
      readonly priority?: number | undefined;
    }
  | { readonly kind: 'act'; readonly owner: string; readonly jid: string; readonly type: Act }
  | {
      readonly kind: 'update';
      readonly owner: string;
      readonly jid: string;
      readonly name?: string | undefined;
      readonly groups?: readonly string[] | undefined;
    }
  | { readonly kind: 'remove'; readonly owner: string; readonly jid: string }
  | { readonly kind: 'broadcast'; readonly owner: string; readonly resource: string; readonly available: boolean }
  | { readonly kind: 'policy'; readonly authorize: boolean | 'ask'; readonly subscribe: boolean }
  /** Another session; `restart`: of another process. */
  | { readonly kind: 'reconnect'; readonly restart: boolean };

// Mostly the same two, so that much happens between them.
const owner = fc.constantFrom(OWNERS[0], OWNERS[0], OWNERS[0], ...OWNERS);
const person = fc.constantFrom(PEOPLE[0], PEOPLE[0], PEOPLE[0], ...PEOPLE);
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
const acts = fc.constantFrom<Act>('subscribe', 'subscribed', 'unsubscribe', 'unsubscribed');

const moves = fc.record({
  kind: fc.constant('presence' as const),
  from: fc.tuple(person, fc.constantFrom('', '/p', '/q')).map(([jid, resource]) => jid + resource),
  to: owner,
  type: fc.constantFrom(undefined, undefined, 'unavailable', 'error', 'bogus'),
  show: optional(fc.constantFrom('away', 'dnd')),
  priority: optional(fc.constantFrom(-1, 5)),
});
const asks = fc.record({ kind: fc.constant('presence' as const), from: person, to: owner, type: acts });
const probes = fc.record({
  kind: fc.constant('presence' as const),
  from: person.map((jid) => `${jid}/p`),
  to: fc.tuple(owner, fc.constantFrom('', '/desk', '/other')).map(([jid, resource]) => jid + resource),
  type: fc.constant('probe'),
});

/** Any step, the frequent ones more often. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: moves },
  { weight: 8, arbitrary: asks },
  { weight: 2, arbitrary: probes },
  { weight: 7, arbitrary: fc.record({ kind: fc.constant('act' as const), owner, jid: person, type: acts }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      owner,
      jid: person,
      name: optional(fc.constantFrom('N', '')),
      groups: optional(fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), owner, jid: person }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('broadcast' as const),
      owner,
      resource: fc.constantFrom('', '/desk'),
      available: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('policy' as const),
      authorize: fc.constantFrom(true, false, 'ask' as const),
      subscribe: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconnect' as const), restart: fc.boolean() }) },
);
