import { describe, expect, it } from 'vitest';
import { onTheClockAlone } from './on-the-clock.js';
import type { Behaviour } from './peer.js';
import { KINDS, type Kind, World } from './world.js';

onTheClockAlone();

/** In what ways a place fails that may be its own fault. */
const FAULTS: readonly Behaviour[] = [
  'refuses',
  'swallows',
  'closes',
  'silent',
  'half-header',
  'http',
  'says host-unknown',
  'says internal-server-error',
  'says policy-violation',
  'says system-shutdown',
];
const OF_CLIENTS: readonly Behaviour[] = ['bind-error', 'busy-login', 'no-features'];
const OF_TCP: readonly Behaviour[] = ['tls-break'];

const faultsOf = (kind: Kind): readonly Behaviour[] => [
  ...FAULTS,
  ...(kind === 'component' ? [] : OF_CLIENTS),
  ...(kind === 'client over TCP' ? OF_TCP : []),
];

function visitsOf({ places }: World): number[] {
  return places.map(({ visits }) => visits.length);
}

describe.each(KINDS)('a domain with several places: a %s', (kind) => {
  it.each(faultsOf(kind))('goes on with the next one in the same attempt where the first %s', async (behaviour) => {
    const world = new World(kind);
    const [first] = world.places;
    if (first) first.behaviour = behaviour;
    expect(await world.connect()).toBeUndefined();
    expect(world.attempts).toHaveLength(1);
    expect(visitsOf(world)).toEqual([1, 1, 0]);
    expect(world.peers).toHaveLength(1);
    expect(await world.end()).toEqual([]);
  });

  // Addresses of one host race: one that does not answer loses, which is no fault of it.
  const lasting = faultsOf(kind).filter((fault) => kind !== 'component' || fault !== 'swallows');

  it.each(lasting)('takes one last that %s, and first again when some minutes have passed', async (behaviour) => {
    const world = new World(kind, { options: { keepAlive: false } });
    const [first, second] = world.places;
    if (!first || !second) throw new Error('there are three');
    first.behaviour = behaviour;
    await world.connect();
    for (const [wait, visits] of [
      [1_000, [1, 2, 0]],
      [400_000, [2, 3, 0]],
    ] as const) {
      await world.clock.advance(wait);
      for (const peer of world.peers) peer.close();
      await world.clock.advance(90_000);
      expect(world.xmpp.online).toBe(true);
      expect(visitsOf(world)).toEqual(visits);
    }
    expect(await world.end()).toEqual([]);
  });

  it('tries each of them once where none is any good, and tells of the first', async () => {
    const world = new World(kind, { places: 4 });
    for (const place of world.places) place.behaviour = 'says internal-server-error';
    const [first] = world.places;
    if (first) first.behaviour = 'says host-unknown';
    expect(await world.connect()).toMatchObject({ condition: 'host-unknown', origin: 'peer' });
    expect(visitsOf(world)).toEqual([1, 1, 1, 1]);
    expect(await world.end()).toEqual([]);
  });

  it.each(['wrong-login', 'ghost'] as const)(
    'asks nobody else where it is not the fault of the place: %s',
    async (what) => {
      const world = new World(kind);
      for (const place of world.places) place.behaviour = what;
      expect(await world.connect()).toMatchObject({
        code: expect.stringMatching(/^ERR_(?:AUTH|HANDSHAKE|RESOURCE_CONFLICT|COMPONENT_CONFLICT)$/),
      });
      expect(visitsOf(world)).toEqual([1, 0, 0]);
      expect(await world.end()).toEqual([]);
    },
  );

  it('comes to another one where the first says goodbye in the middle of a session', async () => {
    const world = new World(kind, { options: { keepAlive: false } });
    await world.connect();
    for (const peer of world.peers) peer.fail('system-shutdown');
    await world.clock.advance(5_000);
    expect(world.xmpp.online).toBe(true);
    expect(visitsOf(world)).toEqual([1, 1, 0]);
    expect(await world.end()).toEqual([]);
  });

  it('leaves a silent place all the time of the attempt where there is no other', async () => {
    const world = new World(kind, { places: 1 });
    const [only] = world.places;
    if (only) only.behaviour = 'silent';
    expect(await world.connect()).toMatchObject({ code: 'ERR_TIMEOUT', timeout: 60_000 });
    expect(visitsOf(world)).toEqual([1]);
    expect(await world.end()).toEqual([]);
  });
});

describe('a place that sends us to another one', () => {
  it.each<Behaviour>(['closes', 'refuses', 'silent', 'says host-unknown'])(
    'is no good where that one %s: the next one is tried',
    async (behaviour) => {
      const world = new World('client over WebSocket', { places: 4, options: { keepAlive: false } });
      const [first, , , last] = world.places;
      if (!first || !last) throw new Error('there are four');
      first.behaviour = 'redirects to wss://p4.example/ws';
      last.behaviour = behaviour;
      expect(await world.connect()).toBeUndefined();
      expect(world.attempts).toHaveLength(1);
      expect(visitsOf(world)).toEqual([1, 1, 0, 1]);
      for (const peer of world.peers) peer.close();
      await world.clock.advance(5_000);
      expect(visitsOf(world)).toEqual([1, 2, 0, 1]);
      expect(await world.end()).toEqual([]);
    },
  );
});

// Of the WebSockets that a domain names four at most are taken.
describe.each(KINDS.filter((kind) => kind !== 'client over WebSocket'))('a domain with many places: a %s', (kind) => {
  it('tries eight places in one attempt, and the others in the next', async () => {
    const world = new World(kind, { places: 12, options: { reconnect: { initial: true } } });
    for (const place of world.places.slice(0, 11)) place.behaviour = 'closes';
    expect(await world.connect()).toBeUndefined();
    expect(world.attempts).toHaveLength(2);
    expect(visitsOf(world)).toEqual(Array.from({ length: 12 }, () => 1));
    expect(await world.end()).toEqual([]);
  });
});
