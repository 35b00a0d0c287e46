import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { bundled } from '../support/bundled.js';
import { Child } from '../support/child.js';

/** `KILLS=200` and `SEED=7` in the environment. */
const KILLS = Number(process.env['KILLS'] ?? 5);
const SEED = Number(process.env['SEED'] ?? 23);
// Each process may take seconds to start on a busy machine.
const PATIENCE = 180_000 + KILLS * 24_000;
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

describe.each(KINDS)('F23: a session on %s whose process is killed', (kind) => {
  const bench = useServer({ kind });

  it(
    `${KILLS} times, wherever it was, goes on each time: nothing is lost, and nothing that was sent comes twice`,
    async () => {
      const random = new SeededRandom(SEED);
      const what = `seed ${random.seed}`;
      const [peer, user, folder] = [
        await bench.online(),
        await bench.account(),
        await mkdtemp(join(tmpdir(), 'sestina-sm-')),
      ];
      folders.push(folder);
      const program = await bundled('test/programs/kept-session.ts', folder);
      const got: number[] = [];
      peer.on('message', ({ body }) => void got.push(Number(body)));
      const noted = async (file: string): Promise<string[]> => {
        const text = await readFile(join(folder, file), 'utf8').catch(() => '');
        return text.split('\n').slice(0, -1);
      };
      const { host, ports, caFile } = bench.server;
      const given = {
        jid: `${user.jid}/kept`,
        password: user.password,
        host,
        port: ports.c2s,
        folder,
        to: `${peer.boundJid}`,
      };
      const start = async (): Promise<Child> => {
        const env = { ...process.env, NODE_EXTRA_CA_CERTS: caFile };
        const child = new Child(process.execPath, [program, JSON.stringify(given)], { env });
        await child.prints(/online/, 60_000);
        return child;
      };
      let said = 0;
      const say = (): unknown => peer.sendMessage({ to: given.jid, type: 'chat', body: `${said++}` });
      for (let kill = 0; kill < KILLS; kill++) {
        await using child = await start();
        const until = Date.now() + 50 + random.integer(600);
        while (Date.now() < until) {
          say();
          await sleep(random.integer(15));
        }
        child.signal('SIGKILL');
        await child.ended;
        // Nobody is there: it is kept for the next one.
        for (let i = 0; i < 3; i++) say();
      }
      {
        await using child = await start();
        const most = said;
        await expect
          .poll(async () => new Set(await noted('heard')).size, { message: what, timeout: 30_000 })
          .toBe(most);
        const written = Number((await noted('written')).at(-1));
        await expect.poll(() => got.at(-1), { message: what, timeout: 30_000 }).toBeGreaterThanOrEqual(written);
        child.signal('SIGKILL');
        await child.ended;
      }
      expect(await noted('unknown'), what).toEqual([]);
      expect(await noted('events'), what).toEqual([
        'sessionStart',
        ...Array.from({ length: KILLS }, () => 'sessionRestored'),
      ]);
      expect(new Set(await noted('heard')), what).toEqual(new Set(Array.from({ length: said }, (_, at) => `${at}`)));
      // In order, and each once.
      expect(got, what).toEqual([...new Set(got)].sort((a, b) => a - b));
      const written = (await noted('written')).map(Number).filter((number) => number <= (got.at(-1) ?? 0));
      expect(
        written.filter((number) => !got.includes(number)),
        what,
      ).toEqual([]);
      const heard = await noted('heard');
      console.log(
        `${kind}, ${what}, ${KILLS} kills: ${written.length} written, ${got.length} arrived, 0 lost, 0 twice; ` +
          `${said} said to it, ${new Set(heard).size} heard, 0 lost, ${heard.length - new Set(heard).size} heard again`,
      );
    },
    PATIENCE,
  );
});
