import { pluginPackages } from '../harness/files.js';
import { type Case, type Contender, type Metric, type Scenario, TURNS } from '../harness/types.js';
import { type WrittenCorpus, writeCorpus } from './corpus.js';

const TIME: Metric = { id: 'us', label: 'per stanza', unit: 'µs' };

// What takes many times as long as the others takes its turn in each tenth round of turns.
const SELDOM = 10;

const SESTINA = new URL('../contenders/receive-sestina.ts', import.meta.url);

interface Expected {
  readonly count: number;
  readonly sum: number;
}

/** Every contender has to have handled all stanzas and read the same from them. */
function verify(checks: ReadonlyMap<string, unknown>, expected: Expected): void {
  for (const [name, check] of checks) {
    const { count, sum } = (check ?? {}) as Partial<Expected>;
    if (count === expected.count && sum === expected.sum) continue;
    throw new Error(
      `${name} handled ${count} stanzas of ${expected.count} and read ${sum} characters of ${expected.sum}`,
    );
  }
}

interface Work extends WrittenCorpus {
  readonly warmup: number;
}

function config(
  { file, warmup }: Work,
  chunk: 'frame' | 'stanza' | number,
  more: object = {},
): Record<string, unknown> {
  return { corpus: file, warmup, chunk, ...more };
}

/** (a): how long it takes from bytes to what a handler has read. */
export const receive: Scenario = {
  id: 'a',
  title: 'bytes → typed stanza → handler, in memory',
  async prepare({ directory, scale }) {
    const written = await writeCorpus(directory, scale(2_100, 210));
    const fast: Work = { ...written, warmup: scale(20, 3) };
    const slow: Work = { ...written, warmup: scale(2, 1) };
    // It takes stanzas only one by one.
    const strophe: Contender = {
      name: 'strophe.js',
      script: new URL('../contenders/receive-strophe.ts', import.meta.url),
      config: config(slow, 'stanza'),
      every: SELDOM,
    };
    const frames: Contender = { name: 'sestina, WebSocket', script: SESTINA, config: config(fast, 'frame') };
    const caseOf = (chunk: 'stanza' | number, name: string): Case => ({
      title: `chunks of ${name}`,
      base: 'sestina',
      turns: TURNS,
      metrics: [TIME],
      headlines: [{ metric: 'us', what: `reading a stanza and handling it, ${name} in a chunk` }],
      contenders: [
        { name: 'sestina', script: SESTINA, config: config(fast, chunk) },
        {
          name: 'saxes alone',
          floor: true,
          script: new URL('../contenders/receive-saxes.ts', import.meta.url),
          config: config(fast, chunk),
        },
        {
          name: 'xmpp.js',
          script: new URL('../contenders/receive-xmppjs.ts', import.meta.url),
          config: config(fast, chunk),
        },
        {
          name: 'stanza',
          script: new URL('../contenders/receive-stanza.ts', import.meta.url),
          config: config({ ...fast, warmup: scale(5, 1) }, chunk),
        },
        ...(chunk === 'stanza' ? [frames, strophe] : []),
        {
          name: 'slixmpp',
          script: new URL('../contenders/receive-slixmpp.py', import.meta.url),
          config: config(slow, chunk),
          every: SELDOM,
        },
      ],
      targets: [
        { metric: 'us', contender: 'saxes alone', atLeast: 0.85 },
        { metric: 'us', contender: 'xmpp.js', atLeast: 1.25 },
        { metric: 'us', contender: 'sestina, WebSocket', atMost: 1.3 },
        { metric: 'us', contender: 'stanza', atLeast: 10 },
        { metric: 'us', contender: 'slixmpp', atLeast: 25 },
      ],
      verify: (checks) => verify(checks, written.corpus.expected),
    });
    return { cases: [caseOf('stanza', 'one stanza'), caseOf(16_384, '16 KB')] };
  },
};

/** (b): what plugins and handlers that are not concerned cost each stanza. */
export const dispatch: Scenario = {
  id: 'b',
  title: 'the same with plugins and handlers that are not concerned',
  async prepare({ directory, scale }) {
    const written = await writeCorpus(directory, scale(2_100, 210));
    const work: Work = { ...written, warmup: scale(20, 3) };
    const packages = await pluginPackages();
    // An archive's stanzas are for who has asked for them, where somebody knows what they are.
    const asked: Work = { ...work, ...(await writeCorpus(directory, scale(2_100, 210), false)) };
    const contender = (name: string, more: object, given = work, chunk: 'stanza' | number = 16_384): Contender => ({
      name,
      script: SESTINA,
      config: config(given, chunk, more),
    });
    const check = (checks: ReadonlyMap<string, unknown>): void => verify(checks, written.corpus.expected);
    return {
      cases: [
        {
          title: 'plugins, each with an iq handler, a message payload handler and a feature',
          base: 'no plugin',
          turns: TURNS,
          metrics: [TIME],
          contenders: [0, 7, 100].map((plugins) =>
            contender(plugins === 0 ? 'no plugin' : `${plugins} plugins`, { plugins }),
          ),
          targets: [{ metric: 'us', contender: '100 plugins', atMost: 1.1 }],
          verify: check,
        },
        {
          title: `all ${packages.length} packages of plugins of this repository`,
          base: 'no plugin',
          turns: TURNS,
          metrics: [TIME],
          contenders: [
            contender('no plugin', {}, asked, 'stanza'),
            contender('all of them', { packages }, asked, 'stanza'),
          ],
          verify: (checks) => verify(checks, asked.corpus.expected),
        },
        {
          title: 'handlers that match nothing',
          base: 'no handler',
          turns: TURNS,
          metrics: [TIME],
          contenders: [0, 1, 100, 1_000].map((handlers) =>
            contender(['no handler', '1 handler'][handlers] ?? `${handlers} handlers`, { handlers }),
          ),
          targets: [{ metric: 'us', contender: '1000 handlers', atMost: 1.1 }],
          verify: check,
        },
      ],
    };
  },
};
