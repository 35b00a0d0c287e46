// Simulates what can happen to clients with stream management: npm run sim
import { parseArgs } from 'node:util';
import { planFrom } from './plan.js';
import { shrink } from './shrink.js';
import { sim } from './sim.js';

const USAGE = `npm run sim -- [OPTION…]
  --seeds N  how many simulations (default 1000)
  --seed S   the first seed, from 0 to 4294967295 (default: by chance)
  --trace    prints what happens
`;
const SEEDS = 2 ** 32;

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: `${crypto.getRandomValues(new Uint32Array(1))[0]}` },
    trace: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** The exit code. */
async function main(): Promise<number> {
  const [seeds, first] = [Number(options.seeds), Number(options.seed)];
  const wrong = !Number.isSafeInteger(seeds) || seeds < 1 || !Number.isInteger(first) || first < 0 || first >= SEEDS;
  if (options.help || wrong) {
    (wrong ? process.stderr : process.stdout).write(USAGE);
    return wrong ? 2 : 0;
  }
  process.stdout.write(`${seeds} seeds from ${first}\n`);
  const start = performance.now();
  let messages = 0;
  for (let done = 0; done < seeds; done++) {
    const seed = (first + done) % SEEDS;
    const simulation = await sim(seed);
    if (options.trace) process.stdout.write(`${simulation.trace.join('\n')}\n`);
    messages += simulation.messages;
    if (simulation.failures.length > 0) return failed(seed);
    if ((done + 1) % 1_000 === 0) process.stdout.write(`${done + 1} seeds, ${passed(start)} s\n`);
  }
  const each = ((performance.now() - start) / seeds).toFixed(1);
  process.stdout.write(
    `nothing wrong with ${seeds} seeds, ${messages} messages: ${passed(start)} s, ${each} ms each\n`,
  );
  return 0;
}

const passed = (start: number): string => ((performance.now() - start) / 1_000).toFixed(1);

async function failed(seed: number): Promise<number> {
  process.stderr.write(`seed ${seed} fails; making it smaller\n`);
  const smallest = await shrink(planFrom(seed));
  if (!smallest) {
    process.stderr.write(`it fails no more: something outside the seed decides\n`);
    return 1;
  }
  const { plan, failures, trace } = smallest;
  const clients = plan.clients.map((client, index) => `client ${index}: ${JSON.stringify(client)}\n`);
  process.stderr.write(`${clients.join('')}${trace.join('\n')}\n\n`);
  for (const { rule, text } of failures) process.stderr.write(`${rule}: ${text}\n`);
  process.stderr.write(`again: npm run sim -- --seeds 1 --seed ${seed}\n`);
  return 1;
}

process.exitCode = await main();
