import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@sestina/testing';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import type {} from './page/kept.js';
import type {} from './page/library.js';
import { eventually } from './support/eventually.js';
import { useLab, usePages } from './support/pages.js';

const PAGE = 'page/kept.html';
const RELOADS = 5;

const bench = useServer({ kind: 'prosody' });
const lab = useLab(bench);
const service = () => `wss://localhost:${bench.server.ports.https}/xmpp-websocket`;

const pages = usePages('esbuild', lab);

declare global {
  /** What woke the client of a page. */
  var woken: string[];
}

describe('a session that outlives its page', () => {
  const start = async (page: Page, options: { jid: string; password: string; service: string }): Promise<void> => {
    await page.waitForFunction(() => 'startKept' in globalThis);
    await page.evaluate((given) => startKept(given), options);
  };
  const say = (page: Page, to: string, numbers: readonly number[]): Promise<void> =>
    page.evaluate(
      async ({ to, numbers }) => {
        for (const number of numbers) await kept.client.sendMessage({ to, type: 'chat', body: `${number}` });
      },
      { to, numbers },
    );

  it('F23: goes on where that is loaded again in mid flight', async () => {
    const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
    const what = `seed ${random.seed}`;
    const [peer, user] = [await bench.online(), await bench.account('page')];
    const options = { jid: `${user.jid}/tab`, password: user.password, service: service() };
    const got: number[] = [];
    peer.on('message', ({ body }) => void got.push(Number(body)));
    const page = await pages.open(PAGE);
    await start(page, options);
    let sent = 0;
    let said = 0;
    const next = (count: number): number[] => Array.from({ length: count }, () => sent++);
    const tell = (): unknown => peer.sendMessage({ to: options.jid, type: 'chat', body: `${said++}` });
    await say(page, `${peer.boundJid}`, next(1));
    for (let reload = 0; reload < RELOADS; reload++) {
      await say(page, `${peer.boundJid}`, next(4));
      for (let i = 0; i < 10; i++) {
        tell();
        if (random.integer(3) === 0) await sleep(random.integer(10));
      }
      await page.reload();
      tell();
      await start(page, options);
      expect(await page.evaluate(() => kept.events), what).toEqual(['sessionRestored']);
    }
    await expect
      .poll(async () => (await page.evaluate(() => kept.heard())).length, { message: what, timeout: 20_000 })
      .toBe(said);
    await expect
      .poll(() => got, { message: what, timeout: 20_000 })
      .toEqual(Array.from({ length: sent }, (_, at) => at));
  });

  it('finds the bytes that it has kept, and no more of them than it may', async () => {
    const page = await pages.open(PAGE);
    await page.waitForFunction(() => 'startKept' in globalThis);
    await page.evaluate(async () => {
      for (let number = 0; number < 9; number++) await blobs.put(`${number}`, new Uint8Array(2_000).fill(number));
      await blobs.put('large', new Uint8Array(3_000));
      await blobs.put('old', new Uint8Array(10), { maxAge: 1 });
    });
    await page.reload();
    await page.waitForFunction(() => 'startKept' in globalThis);
    const found = await page.evaluate(async () => {
      const all: [string, number, number][] = [];
      for (const key of ['0', '1', '2', '3', '4', '5', '6', '7', '8', 'large', 'old']) {
        const data = await blobs.get(key);
        if (data) all.push([key, data.length, data[0] ?? -1]);
      }
      return all;
    });
    expect(found.at(-1)).toEqual(['8', 2_000, 8]);
    expect(found.length).toBeLessThanOrEqual(5);
    expect(found.length).toBeGreaterThanOrEqual(3);
    const left = await page.evaluate(async () => {
      await blobs.trim(2_500);
      return [(await blobs.get('8'))?.length, (await blobs.get('7'))?.length];
    });
    expect(left).toEqual([2_000, undefined]);
  });

  it('is that of one tab: a second one has its own, and says so', async () => {
    const user = await bench.account('page');
    const options = { jid: `${user.jid}/tab`, password: user.password, service: service() };
    const page = await pages.open(PAGE);
    await start(page, options);
    await say(page, user.jid, [1]);
    const twin = await page.context().newPage();
    await twin.goto(page.url());
    // With the same address, as a duplicated tab has it: the server sends the first one away.
    await start(twin, options);
    expect(await twin.evaluate(() => kept.events)).toEqual(['sessionStart']);
    expect(await twin.evaluate(() => kept.warnings)).toEqual([expect.stringContaining('in use by another')]);
  });
});

describe('a page that watches the network', () => {
  /** A page with a client that is online and watches the network. */
  async function online(): Promise<Page> {
    const { jid, password } = await bench.account('page');
    const page = await pages.open('page/library.html');
    await page.evaluate(
      async (options) => {
        const { ClientXMPP, watchNetwork, WebSocketTransportFactory } = sestina;
        globalThis.xmpp = new ClientXMPP({ ...options, transports: new WebSocketTransportFactory() });
        globalThis.woken = [];
        xmpp.on('wake', ({ cause }) => woken.push(cause));
        watchNetwork(xmpp);
        await xmpp.connect();
      },
      { jid, password, service: service(), keepAlive: { interval: 1_500, timeout: 2_000 } },
    );
    return page;
  }

  it('F22: that stood still asks at once when it runs again, and is not thrown out for that', async () => {
    const page = await online();
    await page.evaluate(() => {
      xmpp.on('disconnected', () => woken.push('disconnected'));
      const end = performance.now() + 5_000;
      while (performance.now() < end);
    });
    await eventually(() => page.evaluate(() => woken)).toContain('clock');
    expect(await page.evaluate(async () => (await xmpp.getRoster()).size)).toBe(0);
    expect(await page.evaluate(() => woken)).not.toContain('disconnected');
  });

  it('F28: that is looked at again asks at once', async () => {
    const page = await online();
    await page.evaluate(() => {
      for (const state of ['hidden', 'visible']) {
        Object.defineProperty(document, 'visibilityState', { configurable: true, value: state });
        document.dispatchEvent(new Event('visibilitychange'));
      }
    });
    await eventually(() => page.evaluate(() => woken)).toEqual(['visible']);
    expect(await page.evaluate(() => xmpp.online)).toBe(true);
  });
});
