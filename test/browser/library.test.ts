import { Ping } from '@sestina/xep-0199';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import type {} from './page/library.js';
import { useLab, usePages } from './support/pages.js';

const PAGE = 'page/library.html';

// Neither the TCP transport nor `ws`, nor what takes the place of a module that browsers lack.
const OF_NODE =
  /@sestina\/tcp\/dist\/(?!transports-browser\.js)|node_modules\/ws\/|browser-external|dist\/node-socket\.js/;

const bench = useServer({ kind: 'prosody' });
const lab = useLab(bench);

describe.each(['esbuild', 'vite'] as const)('the library in a page, bundled by %s', (bundler) => {
  const pages = usePages(bundler, lab);
  const service = () => `wss://localhost:${bench.server.ports.https}/xmpp-websocket`;

  /** A page with a client that is online; it is `xmpp` there. */
  async function online(): Promise<{ page: Page; jid: string; mechanism: string }> {
    const { jid, password } = await bench.account('page');
    const page = await pages.open(PAGE);
    const options = { jid, password, service: service() };
    const mechanism = await page.evaluate(async (options) => {
      const { ClientXMPP, WebSocketTransportFactory } = sestina;
      const transports = new WebSocketTransportFactory();
      globalThis.xmpp = new ClientXMPP({ ...options, transports, reconnect: { base: 600_000, max: 600_000 } });
      const success = xmpp.wait('authSuccess');
      await xmpp.connect();
      return (await success).mechanism;
    }, options);
    return { page, jid, mechanism };
  }

  it('has no code of Node in it', () => {
    const { sources, code } = pages.bundle;
    expect(sources.some((path) => path.endsWith('@sestina/client/dist/client-xmpp.js'))).toBe(true);
    expect(sources.filter((path) => OF_NODE.test(path))).toEqual([]);
    expect(code).not.toMatch(/["'`]node:/);
    expect(code).not.toMatch(/\brequire\(["'`]/);
  });

  it('logs in with SCRAM-SHA-256', async () => {
    expect((await online()).mechanism).toBe('SCRAM-SHA-256');
  });

  it('refuses a wrong password with an AuthError', async () => {
    const { jid } = await bench.account('page');
    const page = await pages.open(PAGE);
    const options = { jid, password: 'guess', service: service() };
    const error = await page.evaluate(async (options) => {
      const { AuthError, ClientXMPP, WebSocketTransportFactory } = sestina;
      const client = new ClientXMPP({ ...options, transports: new WebSocketTransportFactory() });
      const error = await client.connect().catch((reason: unknown) => reason);
      return error instanceof AuthError ? { reason: error.reason, state: client.state } : String(error);
    }, options);
    expect(error).toEqual({ reason: 'not-authorized', state: 'disconnected' });
  });

  it('takes the WebSocket package that is installed where no transport is given', async () => {
    const { jid, password } = await bench.account('page');
    const page = await pages.open(PAGE);
    const kind = await page.evaluate(
      async (options) => {
        globalThis.xmpp = new sestina.ClientXMPP(options);
        await xmpp.connect();
        return xmpp.transport?.kind;
      },
      { jid, password, service: service() },
    );
    expect(kind).toBe('websocket');
  });

  it('takes a plugin, and lets it go again', async () => {
    const { page, jid } = await online();
    const other = await bench.online();
    const full = await page.evaluate(() => String(xmpp.boundJid));
    expect(full.startsWith(`${jid}/`)).toBe(true);
    const rtt = await page.evaluate((domain) => xmpp.use(sestina.Ping).ping(domain), bench.server.domain);
    expect(rtt).toBeGreaterThan(0);
    expect(await other.use(Ping).ping(full)).toBeGreaterThan(0);
    const left = await page.evaluate(() => {
      xmpp.remove(sestina.Ping);
      return { plugins: xmpp.plugins.ids, features: [...xmpp.features].filter((name) => name === 'urn:xmpp:ping') };
    });
    expect(left).toEqual({ plugins: [], features: [] });
    const refusal = await other
      .plugin(Ping)
      .ping(full)
      .catch((reason: unknown) => reason);
    expect(refusal).toMatchObject({ condition: 'service-unavailable' });
    expect(await page.evaluate(() => xmpp.state)).toBe('online');
  });

  it('is back at once when the browser is online again', async () => {
    const { page } = await online();
    await page.evaluate(() => {
      sestina.watchNetwork(xmpp);
    });
    await page.context().setOffline(true);
    await bench.server.stop('KILL');
    await expect.poll(() => page.evaluate(() => xmpp.online)).toBe(false);
    await bench.server.start();
    await page.context().setOffline(false);
    await expect.poll(() => page.evaluate(() => xmpp.online), { timeout: 10_000 }).toBe(true);
  });
});
