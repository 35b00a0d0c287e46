// Gives what reads of strangers what nobody would think of: npm run fuzz
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TARGETS } from './targets.js';

// The parsers have a program of their own.
const XML = 'xml';
const PARSERS = fileURLToPath(new URL('../../packages/xml/test/fuzz/main.ts', import.meta.url));
const NAMES = [XML, ...TARGETS.map(({ name }) => name)];
const USAGE = `npm run fuzz -- [OPTION…]
  --cases N  how many inputs each gets; fewer where a case takes long (default 20000)
  --seed S   makes the same inputs again
  --only A,B some of ${NAMES.join(', ')}
`;

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: `${crypto.getRandomValues(new Int32Array(1))[0]}` },
    only: { type: 'string', default: NAMES.join() },
    help: { type: 'boolean', default: false },
  },
});

/** The exit code. */
async function main(): Promise<number> {
  const [cases, seed, only] = [Number(options.cases), Number(options.seed), options.only.split(',')];
  const numbers = Number.isSafeInteger(cases) && cases >= 1 && Number.isSafeInteger(seed);
  const wrong = !numbers || only.some((name) => !NAMES.includes(name));
  if (options.help || wrong) {
    (wrong ? process.stderr : process.stdout).write(USAGE);
    return wrong ? 2 : 0;
  }
  process.stdout.write(`seed ${seed}\n`);
  let code = 0;
  if (only.includes(XML)) {
    const flags = [...process.execArgv, PARSERS, '--cases', `${cases}`, '--seed', `${seed}`];
    if (spawnSync(process.execPath, flags, { stdio: 'inherit' }).status !== 0) code = 1;
  }
  for (const target of TARGETS.filter(({ name }) => only.includes(name))) {
    const { cases: tried, report } = await target.check(cases, seed | 0);
    process.stdout.write(`${target.name}, ${tried} cases: ${report ? 'FAILED' : 'ok'}\n`);
    if (!report) continue;
    process.stderr.write(`${report}\nagain: --only ${target.name} --seed ${seed}\n`);
    code = 1;
  }
  return code;
}

process.exitCode = await main();
