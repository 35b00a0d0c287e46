import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { build as buildWithVite } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PackedFolder } from './support/packed.js';

const PROGRAM = `import { ClientXMPP } from '@sestina/client';
const xmpp = new ClientXMPP({ jid: 'juliet@capulet.example', password: 'rose', service: 'wss://capulet.example/ws' });
const error = await xmpp.connect().catch((reason) => reason);
console.log(error.code, error.message);
`;

const REFUSAL =
  'ERR_CONFIG no transport is installed that reaches "wss://capulet.example/ws": install @sestina/websocket, ' +
  'or pass transports: new WebSocketTransportFactory() of @sestina/websocket\n';

// What Vite makes is for pages: it tells the window of what does not load.
const WINDOW = 'data:text/javascript,globalThis.window = new EventTarget()';

const execute = promisify(execFile);

describe('an application without @sestina/websocket', () => {
  let folder: PackedFolder;
  const at = (name: string) => join(folder.path, name);
  const outputOf = async (name: string, flags: readonly string[] = []) =>
    (await execute(process.execPath, [...flags, at(name)])).stdout;

  beforeAll(async () => {
    folder = await PackedFolder.make();
    await rm(at('node_modules/@sestina/websocket'), { recursive: true });
    await writeFile(at('program.mjs'), PROGRAM);
  });

  afterAll(async () => {
    await folder?.[Symbol.asyncDispose]();
  });

  it('is told to install it', async () => {
    expect(await outputOf('program.mjs')).toBe(REFUSAL);
  });

  it('can be bundled by esbuild all the same', async () => {
    const target = { format: 'esm', platform: 'browser', outfile: at('esbuild.mjs') } as const;
    await build({ entryPoints: [at('program.mjs')], bundle: true, logLevel: 'silent', ...target });
    expect(await outputOf('esbuild.mjs')).toBe(REFUSAL);
  });

  it('can be bundled by Vite all the same', async () => {
    const output = { entryFileNames: 'program.mjs' };
    await buildWithVite({
      root: folder.path,
      configFile: false,
      logLevel: 'error',
      build: { outDir: at('vite'), target: 'es2022', rolldownOptions: { input: at('program.mjs'), output } },
    });
    expect(await outputOf('vite/program.mjs', ['--import', WINDOW])).toBe(REFUSAL);
  });
});
