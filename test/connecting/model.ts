import { StreamError } from '@sestina/core';
import fc from 'fast-check';
import type { Behaviour } from './peer.js';
import { KINDS, type Kind, type Names, World } from './world.js';

/** One thing that happens to the network, the servers or the connection. */
export type Step =
  | { readonly do: 'behave'; readonly place: number; readonly behaviour: Behaviour }
  | { readonly do: 'names'; readonly names: Names }
  | { readonly do: 'cut' }
  | { readonly do: 'kick'; readonly condition: string }
  | { readonly do: 'hurry' }
  | { readonly do: 'wait'; readonly ms: number };

/** A life of a connection: what happens to it, and which place is good and stays so in the end. */
export interface Life {
  readonly kind: Kind;
  /** Whether it begins with a session, or with `reconnect.initial`: then there need not be one. */
  readonly begins: 'initial' | 'online';
  readonly places: number;
  readonly seed: number;
  readonly steps: readonly Step[];
  readonly good: number;
}

const CONDITIONS = [
  'connection-timeout',
  'host-gone',
  'host-unknown',
  'internal-server-error',
  'invalid-namespace',
  'not-authorized',
  'not-well-formed',
  'policy-violation',
  'remote-connection-failed',
  'reset',
  'resource-constraint',
  'see-other-host',
  'system-shutdown',
  'undefined-condition',
  'unsupported-version',
] as const;

const BEHAVIOURS: readonly Behaviour[] = [
  'bind-error',
  'busy-login',
  'closes',
  'ghost',
  'good',
  'good',
  'good',
  'half-header',
  'http',
  'no-features',
  'refuses',
  'silent',
  'swallows',
  'tls-break',
  'wrong-login',
  'says conflict',
  ...CONDITIONS.map((condition): Behaviour => `says ${condition}`),
];

const step = (places: number): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 5, arbitrary: behave(places) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('names' as const),
        names: fc.constantFrom<Names[]>('answers', 'answers', 'fails', 'finds nothing', 'is silent'),
      }),
    },
    { weight: 2, arbitrary: fc.constant<Step>({ do: 'cut' }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('kick' as const), condition: fc.constantFrom('conflict', ...CONDITIONS) }),
    },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'hurry' }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        ms: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 120_000 })),
      }),
    },
  );

function behave(places: number): fc.Arbitrary<Step> {
  return fc.record({
    do: fc.constant('behave' as const),
    place: fc.integer({ min: 0, max: places - 1 }),
    behaviour: fc.constantFrom(...BEHAVIOURS),
  });
}

/** Every life there is. */
export const lives: fc.Arbitrary<Life> = fc.integer({ min: 1, max: 4 }).chain((places) =>
  fc.record({
    kind: fc.constantFrom(...KINDS),
    begins: fc.constantFrom('online', 'online', 'initial'),
    places: fc.constant(places),
    seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    steps: fc.array(step(places), { minLength: 1, maxLength: 14 }),
    good: fc.integer({ min: 0, max: places - 1 }),
  }),
);

// Milliseconds after which the next attempt is over: the longest delay, and its own time.
const ATTEMPT = 300_000 + 60_000 + 5_000;
// What is said of the account and not of the place ends an attempt: the next one begins elsewhere.
const OF_THE_ACCOUNT: ReadonlySet<Behaviour> = new Set<Behaviour>(['ghost', 'wrong-login']);
// Attempts in any minute, where nobody hurries them: delays double, so that seven are usual.
const MOST_A_MINUTE = 20;
const PATIENCE = 3;

/** Plays a life. @throws Error where something is not as promised. */
export async function play({ kind, begins, places, seed, steps, good }: Life): Promise<void> {
  const initial = begins === 'initial';
  const world = new World(kind, { places, seed, options: { reconnect: { initial } } });
  const { clock, xmpp } = world;
  const ends: Error[] = [];
  let refusals = 0;
  let hurries = 0;
  xmpp.on('disconnected', ({ reason, willReconnect }) => {
    if (!willReconnect) ends.push(reason);
  });
  xmpp.on('connectionFailed', ({ error }) => {
    if ((error as { reason?: unknown }).reason === 'not-authorized') refusals += 1;
  });
  xmpp.on('sessionStart', () => {
    refusals = 0;
  });
  const connecting = initial ? undefined : await world.connect();
  if (connecting) throw new Error('the first connect() failed', { cause: connecting });

  for (const [i, one] of steps.entries()) {
    // What comes first is there before the connection is made.
    if (initial && i === 3) void xmpp.connect().catch((error: Error) => ends.push(error));
    switch (one.do) {
      case 'behave': {
        const place = world.places[one.place];
        if (place) place.behaviour = one.behaviour;
        break;
      }
      case 'names':
        world.names = one.names;
        break;
      case 'cut':
        for (const peer of world.peers) peer.close();
        break;
      case 'kick':
        for (const peer of world.peers) peer.fail(one.condition);
        break;
      case 'hurry':
        hurries += 1;
        xmpp.networkChanged();
        break;
      case 'wait':
        await clock.advance(one.ms);
    }
    await clock.runUntilIdle();
    if (ends.length > 0) break;
  }

  if (initial && steps.length < 4) void xmpp.connect().catch((error: Error) => ends.push(error));
  if (ends.length === 0) {
    const place = world.places[good];
    if (place) place.behaviour = 'good';
    world.names = 'answers';
    const ending = world.places.filter(({ behaviour }) => OF_THE_ACCOUNT.has(behaviour)).length;
    const promised = ATTEMPT * (1 + ending);
    // A dead connection is noticed first.
    for (let waited = 0; !xmpp.online && ends.length === 0; waited += 5_000) {
      if (waited > promised) throw new Error(`not there after ${waited} ms, but ${xmpp.state}`);
      await clock.advance(5_000);
    }
  }
  const [end] = ends;
  if (end && !isFinal(end, kind, refusals)) throw new Error(`it was given up: ${end.message}`, { cause: end });
  if (ends.length > 1) throw new Error('it came to an end twice');
  if (!end && world.peers.filter(({ session }) => session).length !== 1) throw new Error('there is not one session');

  // An address of a component's host that lost a race is tried again behind the others.
  checkPace(world, hurries, kind === 'component' ? 2 : 1);
  const left = await world.end();
  if (left.length > 0) throw new Error(`something is left: ${left.join(', ')}`);
}

/** Whether that may end everything. */
function isFinal(reason: Error, kind: Kind, refusals: number): boolean {
  if (reason instanceof StreamError) return reason.condition === 'conflict' && reason.origin === 'peer';
  const { code } = reason as { code?: unknown };
  if (kind === 'component') return code === 'ERR_HANDSHAKE';
  return code === 'ERR_AUTH' && refusals > PATIENCE;
}

/** @throws Error where a place was visited too often. */
function checkPace({ attempts, places }: World, hurries: number, mostVisits: number): void {
  for (const [i, from] of attempts.entries()) {
    const within = attempts.slice(i).filter((at) => at < from + 60_000).length;
    if (within > MOST_A_MINUTE + hurries) throw new Error(`${within} attempts within a minute`);
  }
  for (const { name, visits } of places) {
    for (const attempt of attempts.keys()) {
      const during = visits.filter((visit) => visit === attempt + 1).length;
      if (during > mostVisits) throw new Error(`${name} was visited ${during} times in one attempt`);
    }
  }
}
