import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { specifications } from './fixtures.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const folders: string[] = [];
// Programs of their own, on a machine that may have much else to do.
const LONG = 300_000;

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sestina-create-'));
  folders.push(folder);
  return folder;
}

function run(args: readonly string[], cwd: string): { status: number | null; output: string } {
  const flags = ['--conditions=@sestina/source', '--import', import.meta.resolve('tsx')];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.base.json'), NODE_TEST_CONTEXT: undefined },
  });
  return { status, output: `${stdout}${stderr}` };
}

const create = (args: readonly string[], cwd: string) =>
  run([join(ROOT, 'tools/create-sestina-plugin/src/main.mjs'), ...args], cwd);

/** Type checks a package as its own tsconfig.json says, with the sources of ours in place of what is built of them. */
function typeCheck(folder: string, options: object): string {
  writeFileSync(
    join(folder, 'tsconfig.try.json'),
    JSON.stringify({
      extends: join(folder, 'tsconfig.json'),
      compilerOptions: { customConditions: ['@sestina/source'], noEmit: true, composite: false, ...options },
      include: ['src', 'test'],
      references: [],
    }),
  );
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.try.json', '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stdout;
}

/** The lines of files that are in none of the others. */
function linesBeyond(files: readonly string[], others: readonly string[]): string[] {
  const lines = (path: string): string[] =>
    readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  const rest = others.flatMap(lines);
  return files.flatMap(lines).filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

const sources = (folder: string): string[] => readdirSync(join(folder, 'src')).map((name) => join(folder, 'src', name));

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('a package of this repository, of a XEP', () => {
  const repository = place();
  const specs = specifications();
  folders.push(specs);
  const made = create(['xep-0092', '--repository', repository, '--specs', specs], repository);
  const folder = join(repository, 'plugins/xep-0092');

  it('is complete, and says what is left to decide', () => {
    expect(made.status, made.output).toBe(0);
    expect(made.output).toContain('DECIDE: what is answered');
    expect(create(['--marks', folder], repository).status).toBe(1);
    expect(existsSync(join(repository, '.changeset/xep-0092.md'))).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).sestina).toEqual({
      xep: '0092',
      version: '1.1',
    });
  });

  it(
    'compiles, and passes its tests',
    () => {
      symlinkSync(join(ROOT, 'node_modules'), join(repository, 'node_modules'));
      for (const name of ['tsconfig.base.json', 'package.json', 'packages'])
        symlinkSync(join(ROOT, name), join(repository, name));
      expect(typeCheck(folder, { types: ['node'], rootDir: '/' })).toBe('');
      writeFileSync(
        join(folder, 'vitest.config.mjs'),
        `const conditions = ['@sestina/source', 'module', 'node', 'development|production'];
export default { resolve: { conditions }, ssr: { resolve: { conditions } }, test: { include: ['test/*.test.ts'] } };\n`,
      );
      const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
      const { status, output } = run([vitest, 'run', '--config', 'vitest.config.mjs'], folder);
      expect(status, output).toBe(0);
      expect(output).toContain('8 passed');
    },
    LONG,
  );

  it('takes forty lines more, at most, to be the plugin that is here', () => {
    const own = join(ROOT, 'plugins/xep-0092');
    const byHand = linesBeyond(sources(own), sources(folder));
    expect(byHand.length, byHand.join('\n')).toBeLessThanOrEqual(40);
  });
});

describe('a package of somebody else', () => {
  const home = place();
  const made = create(['xmpp-dice', '--class', 'Dice', '--namespace', 'urn:example:dice'], home);
  const folder = join(home, 'xmpp-dice');

  it('is a repository of its own, in which nothing is left to decide', () => {
    expect(made.status, made.output).toBe(0);
    expect(create(['--marks', folder], home).status).toBe(0);
    for (const path of ['.github/workflows/ci.yml', '.gitignore', 'LICENSE', 'README.md']) {
      expect(existsSync(join(folder, path)), path).toBe(true);
    }
    const { peerDependencies, sideEffects } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    expect(peerDependencies).toEqual({ '@sestina/core': '>=0.1.0 <1.0.0' });
    expect(sideEffects).toBe(false);
  });

  it(
    'compiles, and passes its tests and the laws',
    () => {
      symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
      // The sources of core, which are seen here alone, have more in them than a package of somebody else sees.
      const options = { erasableSyntaxOnly: false, lib: ['es2022', 'dom', 'esnext.disposable'] };
      expect(typeCheck(folder, options)).toBe('');
      const { status, output } = run(['--test', 'test/dice.test.ts', 'test/laws.test.ts'], folder);
      expect(status, output).toBe(0);
      expect(output).toMatch(/pass 15/);
    },
    LONG,
  );

  it('is refused where something is there, and with a name that is none', () => {
    expect(create(['xmpp-dice', '--namespace', 'urn:example:dice'], home).output).toContain('is not empty');
    expect(create(['Dice!', '--namespace', 'urn:example:dice'], home).output).toContain('is no name of a package');
    expect(create(['xep-0092', '--specs', home], home).output).toContain('there is no XEP-0092');
    expect(create([], home).status).toBe(2);
  });
});
