import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnstorageAdapter } from '@sestina/storage';
import { atomicFs } from '@sestina/storage/fs';
import { createStorage } from 'unstorage';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { replaceFile } from '../src/fs/replace-file.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url));
const KILLS = 8;
const AT_ONCE = 2;
const folders: string[] = [];

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'sestina-fs-'));
  folders.push(made);
  return made;
}

afterEach(async () => {
  for (const path of folders.splice(0)) await rm(path, { recursive: true });
});

/** Starts the writer and kills it in the middle. */
async function writeAndKill(base: string, after: number): Promise<void> {
  const args = ['--conditions=@sestina/source', '--import', 'tsx', WRITER, base];
  const env = { ...process.env, TSX_TSCONFIG_PATH: `${ROOT}tsconfig.base.json` };
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), exit]);
  await new Promise((resolve) => setTimeout(resolve, after));
  child.kill('SIGKILL');
  expect(await exit).toEqual([null, 'SIGKILL']);
}

describe('files', () => {
  it(`F24: are whole after ${KILLS} processes were killed while they wrote`, async () => {
    const kill = async (index: number): Promise<void> => {
      const base = await folder();
      await writeAndKill(base, index * 11);
      const storage = new UnstorageAdapter(createStorage({ driver: atomicFs({ base }) }));
      const keys = await storage.keys('');
      expect(keys.sort()).toEqual(['roster/a@x', 'roster/b@x', 'roster/c@x', 'roster/d@x']);
      for (const key of keys) {
        const value = (await storage.get(key)) ?? '';
        const round = Number.parseInt(value, 10);
        expect(value).toBe(`${round} `.repeat(round % 2 === 0 ? 300_000 : 1_000));
      }
      // And the next process writes on.
      await storage.set('roster/a@x', 'new');
      expect(await storage.get('roster/a@x')).toBe('new');
    };
    for (let done = 0; done < KILLS; done += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => kill(done + index)));
    }
  }, 120_000);

  it('are written in the order of the calls, and nothing else stays in the folder', async () => {
    const base = await folder();
    const storage = new UnstorageAdapter(createStorage({ driver: atomicFs({ base }) }));
    const writes = Array.from({ length: 20 }, (_, index) => storage.set('key', 'x'.repeat(100_000 - index * 5_000)));
    await Promise.all(writes);
    expect(await storage.get('key')).toBe('x'.repeat(5_000));
    await Promise.all([storage.set('key', 'again'), storage.delete('key'), storage.set('other', 'x')]);
    expect(await readdir(base)).toEqual(['other']);
  });

  it('that cannot be written leave what was there', async () => {
    const base = await folder();
    const storage = new UnstorageAdapter(createStorage({ driver: atomicFs({ base }) }));
    await storage.set('a', 'x');
    await writeFile(join(base, 'b~'), 'a file where a folder has to be');
    await expect(storage.set('b/c', 'x')).rejects.toThrow();
    expect(await storage.get('a')).toBe('x');
    expect((await readdir(base)).sort()).toEqual(['a', 'b~']);
  });

  it('of a process that was killed are no keys', async () => {
    const base = await folder();
    const storage = new UnstorageAdapter(createStorage({ driver: atomicFs({ base }) }));
    await storage.set('roster/a', 'x');
    await writeFile(join(base, 'roster~', '.sestina-left.tmp'), 'half');
    expect(await createStorage({ driver: atomicFs({ base }) }).getKeys()).toEqual(['roster~:a']);
    expect(await storage.keys('')).toEqual(['roster/a']);
  });

  it('that a killed process had begun are removed by the first write of the next one, once nobody writes to them', async () => {
    const base = await folder();
    await mkdir(join(base, 'roster~', 'deep~'), { recursive: true });
    const left = async (name: string, minutes: number): Promise<void> => {
      await writeFile(join(base, name), 'half');
      const time = Date.now() / 1_000 - minutes * 60;
      await utimes(join(base, name), time, time);
    };
    await left(`.sestina-${randomUUID()}.tmp`, 11);
    await left(`roster~/deep~/.sestina-${randomUUID()}.tmp`, 11);
    const young = `.sestina-${randomUUID()}.tmp`;
    await left(`roster~/${young}`, 9);
    await left('roster~/old', 10_000);
    await left('.sestina-mine.tmp', 10_000);
    const storage = createStorage({ driver: atomicFs({ base }) });
    expect(await storage.getItem('roster~:old')).toBe('half');
    expect((await readdir(base, { recursive: true })).length).toBe(7);
    await storage.setItem('key', 'x');
    await storage.dispose();
    expect((await readdir(base, { recursive: true })).sort()).toEqual(
      ['.sestina-mine.tmp', 'key', 'roster~', 'roster~/deep~', `roster~/${young}`, 'roster~/old'].sort(),
    );
  });

  it('that are being written have a name by which the next process knows them', async () => {
    const base = await folder();
    const seen: string[] = [];
    async function* slowly(): AsyncGenerator<string> {
      seen.push(...(await readdir(base)));
      yield 'x';
    }
    await replaceFile(join(base, 'key'), slowly() as never);
    expect(seen).toEqual([expect.stringMatching(/^\.sestina-[\da-f-]{36}\.tmp$/)]);
    expect(await readdir(base)).toEqual(['key']);
  });

  it('lie in the current folder where none is named', async () => {
    const base = await folder();
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(base);
    onTestFinished(() => cwd.mockRestore());
    const storage = createStorage({ driver: atomicFs({}) });
    await storage.setItem('key', 'x');
    expect([await storage.getItem('key'), await readdir(base)]).toEqual(['x', ['key']]);
  });

  it('that are to be left alone are no keys: those of packages and of git, or those that are named', async () => {
    const base = await folder();
    for (const name of ['node_modules', '.git', 'mine']) {
      await mkdir(join(base, name));
      await writeFile(join(base, name, 'a'), 'x');
      await writeFile(join(base, name, '.sestina-left.tmp'), 'half');
    }
    const keys = async (options: object) => (await atomicFs({ base, ...options }).getKeys('', {})).sort();
    expect(await keys({})).toEqual(['mine/a']);
    expect(await keys({ ignore: ['**/mine/**'] })).toEqual(['.git/a', 'node_modules/a']);
  });

  it('in folders of packages and of git are not removed, whatever they are called', async () => {
    const base = await folder();
    const long = Date.now() / 1_000 - 3_600;
    for (const name of ['node_modules', '.git']) {
      const left = join(base, name, `.sestina-${randomUUID()}.tmp`);
      await mkdir(join(base, name));
      await writeFile(left, 'half');
      await utimes(left, long, long);
    }
    const storage = createStorage({ driver: atomicFs({ base }) });
    await storage.setItem('key', 'x');
    await storage.dispose();
    expect(await readdir(base, { recursive: true })).toHaveLength(5);
  });

  it('keep who may read them', async () => {
    const base = await folder();
    const storage = new UnstorageAdapter(createStorage({ driver: atomicFs({ base }) }));
    await storage.set('key', 'x');
    await chmod(join(base, 'key'), 0o600);
    await storage.set('key', 'y');
    expect((await stat(join(base, 'key'))).mode & 0o777).toBe(0o600);
  });

  it('are not written outside of the folder, and not where only reading is allowed', async () => {
    const base = await folder();
    const outside = createStorage({ driver: atomicFs({ base: join(base, 'in') }) });
    await expect(outside.setItem('..:out', 'x')).rejects.toThrow();
    await createStorage({ driver: atomicFs({ base, readOnly: true }) }).setItem('key', 'x');
    expect(await readdir(base)).toEqual([]);
    await createStorage({ driver: atomicFs({ base }) }).setItemRaw('raw', new Uint8Array([1, 2, 255]));
    expect([...(await readFile(join(base, 'raw')))]).toEqual([1, 2, 255]);
  });
});
