import { SeededRandom } from '@sestina/testing';

/** What one client is like. */
export interface ClientPlan {
  /** Its session outlives its process. */
  readonly persist: boolean;
  /** Milliseconds that a write to its disk takes. */
  readonly disk: number;
  /** Milliseconds that its handler works on a message. */
  readonly handler: number;
  /** What it does with messages that may or may not have arrived; `option`: the plugin sends them again. */
  readonly unknown: 'discard' | 'option' | 'resend';
  readonly maxUnacked: number;
  readonly requestEvery: number;
  readonly ackEvery: number;
  /** Milliseconds after which it gives up every other message that was not written; undefined: it waits. */
  readonly ttl: number | undefined;
}

/** `up`: from the client to the server. */
export type Way = 'down' | 'up';

/** How a connection ends. `stall`: nobody is told; `client` and `server`: that side alone is told. */
export type Break = 'client' | 'cut' | 'reset' | 'server' | 'stall';

/** One thing that happens. What cannot happen where it stands does nothing, so that every step can be left out. */
export type Step =
  | { readonly do: 'send'; readonly client: number; readonly to: number; readonly count: number }
  | { readonly do: 'ask'; readonly client: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'hold'; readonly client: number; readonly way: Way }
  | { readonly do: 'deliver'; readonly client: number; readonly way: Way; readonly bytes: number }
  | { readonly do: 'flow'; readonly client: number }
  | { readonly do: 'break'; readonly client: number; readonly how: Break }
  | { readonly do: 'fuse'; readonly client: number; readonly way: Way; readonly bytes: number; readonly how: Break }
  | { readonly do: 'outage'; readonly client: number; readonly how: 'hang' | 'refuse' }
  | {
      readonly do: 'crash';
      readonly client: number;
      readonly write: 'done' | 'none' | 'torn';
      readonly quietly: boolean;
      readonly away: number;
    }
  | { readonly do: 'leave'; readonly client: number; readonly away: number }
  | { readonly do: 'restart'; readonly keep: boolean; readonly quietly: boolean; readonly away: number }
  | { readonly do: 'expire'; readonly client: number }
  | { readonly do: 'jump'; readonly client: number; readonly ms: number }
  | { readonly do: 'disk'; readonly client: number; readonly fault: 'fail' | 'hang'; readonly calls: number };

/** All that happens in a simulation. */
export interface Plan {
  readonly seed: number;
  readonly clients: readonly ClientPlan[];
  readonly steps: readonly Step[];
}

type Kind = Step['do'];

const WEIGHTS: Readonly<Record<Kind, number>> = {
  send: 24,
  pass: 22,
  fuse: 10,
  deliver: 10,
  flow: 7,
  break: 6,
  hold: 5,
  crash: 4,
  ask: 3,
  restart: 2,
  outage: 2,
  expire: 2,
  jump: 2,
  leave: 2,
  disk: 1,
};
const TOTAL = Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0);
const PASSES = [1, 20, 20, 300, 300, 2_000, 2_000, 8_000, 20_000, 90_000];
const BREAKS: readonly Break[] = ['cut', 'cut', 'reset', 'stall', 'client', 'server'];
const WAYS: readonly Way[] = ['down', 'up'];
const JUMPS = [600_000, -600_000, 86_400_000, 3_600_000];

/** What happens with that seed. */
export function planFrom(seed: number): Plan {
  const random = new SeededRandom(seed);
  const alike = Array.from({ length: 2 + random.integer(2) }, () => clientFrom(random));
  const count = 10 + random.integer(30);
  const steps = Array.from({ length: count }, () => stepFrom(random, alike.length));
  const clients = alike.map((client) => ({ ...client, ttl: random.pick([undefined, undefined, 5, 2_000]) }));
  return { seed, clients, steps };
}

function clientFrom(random: SeededRandom): Omit<ClientPlan, 'ttl'> {
  return {
    persist: random.integer(3) > 0,
    disk: random.pick([0, 0, 5, 50]),
    handler: random.pick([0, 0, 10, 3_000]),
    unknown: random.pick(['discard', 'discard', 'resend', 'option'] as const),
    maxUnacked: random.pick([8, 1_024]),
    requestEvery: random.pick([1, 3, 5]),
    ackEvery: random.pick([1, 3, 10]),
  };
}

function kindFrom(random: SeededRandom): Kind {
  let at = random.integer(TOTAL);
  for (const [kind, weight] of Object.entries(WEIGHTS)) {
    if (at < weight) return kind as Kind;
    at -= weight;
  }
  return 'pass';
}

function stepFrom(random: SeededRandom, clients: number): Step {
  const kind = kindFrom(random);
  const client = random.integer(clients);
  const away = (): number => random.pick([1, 500, 5_000, 100_000]);
  const bytes = (): number => random.integer(random.pick([8, 200, 1_200])) + 1;
  switch (kind) {
    case 'send':
      return {
        do: kind,
        client,
        to: (client + 1 + random.integer(clients - 1)) % clients,
        count: random.pick([1, 1, 2, 5, 12]),
      };
    case 'pass':
      return { do: kind, ms: random.pick(PASSES) };
    case 'hold':
      return { do: kind, client, way: random.pick(WAYS) };
    case 'deliver':
      return { do: kind, client, way: random.pick(WAYS), bytes: bytes() };
    case 'break':
      return { do: kind, client, how: random.pick(BREAKS) };
    case 'fuse':
      return { do: kind, client, way: random.pick(WAYS), bytes: bytes(), how: random.pick(BREAKS) };
    case 'outage':
      return { do: kind, client, how: random.pick(['hang', 'refuse'] as const) };
    case 'crash': {
      const write = random.pick(['done', 'none', 'torn'] as const);
      return { do: kind, client, write, quietly: random.integer(2) === 0, away: away() };
    }
    case 'leave':
      return { do: kind, client, away: away() };
    case 'restart':
      return { do: kind, keep: random.integer(2) === 0, quietly: random.integer(2) === 0, away: away() };
    case 'jump':
      return { do: kind, client, ms: random.pick(JUMPS) };
    case 'disk':
      return { do: kind, client, fault: random.pick(['fail', 'hang'] as const), calls: 1 + random.integer(3) };
    default:
      return { do: kind, client };
  }
}
