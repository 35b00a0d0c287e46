import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { leftovers, NOTHING, processesOf } from './leftovers.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MAIN = 'tools/servers/src/main.ts';
const DIRECT = ['--conditions=@sestina/source', '--import', 'tsx', MAIN];
const BY_NPM_SCRIPT = ['tools/scripts/run.mjs', MAIN];

let child: ChildProcess | undefined;

/** Runs `npm run servers …` until it says that it is ready, and returns the directories of its servers. */
async function launch(
  args: readonly string[],
  kind: string,
): Promise<{ process: ChildProcess; output: string; directories: string[] }> {
  const started = spawn(process.execPath, [...args, kind], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  child = started;
  let output = '';
  started.stdout.setEncoding('utf8');
  for await (const part of started.stdout.iterator({ destroyOnReturn: false })) {
    output += part;
    if (output.includes('Ctrl-C')) break;
  }
  started.stdout.resume();
  const directories = [...output.matchAll(/^ {2}directory +(\S+)$/gm)].map(([, directory = '']) => directory);
  return { process: started, output, directories };
}

afterEach(() => {
  child?.kill('SIGKILL');
});

describe('npm run servers', () => {
  it('prints what a client needs', async () => {
    const { process, output } = await launch(BY_NPM_SCRIPT, 'prosody');
    for (const name of ['DOMAIN', 'HOST', 'PORT', 'JID', 'PASSWORD', 'COMPONENT', 'SECRET', 'COMPONENT_PORT']) {
      expect(output).toMatch(new RegExp(`^export SESTINA_${name}=\\S+$`, 'm'));
    }
    expect(output).toMatch(/^export NODE_EXTRA_CA_CERTS=\S+$/m);
    process.kill('SIGINT');
    await once(process, 'exit');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('cleans up after %s and ends well', async (signal) => {
    const { process, directories } = await launch(BY_NPM_SCRIPT, 'both');
    expect(directories).toHaveLength(2);
    process.kill(signal);
    const [code] = await once(process, 'exit');
    expect(code).toBe(0);
    for (const directory of directories) expect(await leftovers(directory)).toEqual(NOTHING);
  });

  it('cleans up when its launcher is killed', async () => {
    const { process, directories } = await launch(BY_NPM_SCRIPT, 'prosody');
    process.kill('SIGKILL');
    for (const directory of directories) expect(await leftovers(directory)).toEqual(NOTHING);
  });

  it('refuses a kind of server it does not know', async () => {
    const process = spawn(globalThis.process.execPath, [...BY_NPM_SCRIPT, 'openfire'], { cwd: ROOT, stdio: 'ignore' });
    expect(await once(process, 'exit')).toEqual([2, null]);
  });
});

describe('a parent that has no time to clean up', () => {
  it('leaves nothing behind after SIGKILL', async () => {
    const { process, directories } = await launch(DIRECT, 'both');
    expect(directories).toHaveLength(2);
    for (const directory of directories) expect(await processesOf(directory)).not.toEqual([]);
    process.kill('SIGKILL');
    for (const directory of directories) expect(await leftovers(directory)).toEqual(NOTHING);
  });
});
