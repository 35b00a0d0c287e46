import { Ping } from '@sestina/xep-0199';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import type {} from './page/client.js';
import type {} from './page/library.js';
import { eventually } from './support/eventually.js';
import { useLab, usePages } from './support/pages.js';

const PAGE = 'page/library.html';

// Neither the TCP transport nor `ws`, nor what takes the place of a module that browsers lack.
const OF_NODE =
  /@sestina\/tcp\/dist\/(?!transports-browser\.js)|node_modules\/ws\/|browser-external|@sestina\/websocket\/dist\/platform\.js/;

// The delay is a random part of it, in milliseconds: eleven days, so that it is not over by chance.
const NEVER = 1_000_000_000;

// A name of XEP-0156, which nothing has but the code that looks for it.
const DISCOVERY = 'urn:xmpp:alt-connections:websocket';

const bench = useServer({ kind: 'prosody' });
const lab = useLab(bench);
const service = () => `wss://localhost:${bench.server.ports.https}/xmpp-websocket`;

describe.each(['esbuild', 'vite'] as const)('the library in a page, bundled by %s', (bundler) => {
  const pages = usePages(bundler, lab);

  /** A page with a client that is online, and comes back only when told to; it is `xmpp` there. */
  async function online(): Promise<{ page: Page; jid: string; mechanism: string }> {
    const { jid, password } = await bench.account('page');
    const page = await pages.open(PAGE);
    const options = { jid, password, service: service(), reconnect: { base: NEVER, max: NEVER } };
    const mechanism = await page.evaluate(async (options) => {
      const { ClientXMPP, WebSocketTransportFactory } = sestina;
      const transports = new WebSocketTransportFactory();
      globalThis.xmpp = new ClientXMPP({ ...options, transports });
      const success = xmpp.wait('authSuccess');
      await xmpp.connect();
      return (await success).mechanism;
    }, options);
    return { page, jid, mechanism };
  }

  it('has no code of Node in it', () => {
    const { sources, code } = pages.bundle;
    expect(sources.some((path) => path.endsWith('@sestina/client/dist/index.js'))).toBe(true);
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
      return { plugins: xmpp.plugins.ids, features: [...xmpp.advertised].filter((name) => name === 'urn:xmpp:ping') };
    });
    expect(left).toEqual({ plugins: [], features: [] });
    const refusal = await other
      .plugin(Ping)
      .ping(full)
      .catch((reason: unknown) => reason);
    expect(refusal).toMatchObject({ condition: 'service-unavailable' });
    expect(await page.evaluate(() => xmpp.state)).toBe('online');
  });

  it('F28: is back at once when the browser is online again', async () => {
    const { page } = await online();
    await page.evaluate(() => {
      sestina.watchNetwork(xmpp);
    });
    await page.context().setOffline(true);
    await bench.server.stop('KILL');
    await eventually(() => page.evaluate(() => xmpp.online)).toBe(false);
    await bench.server.start();
    await page.context().setOffline(false);
    await eventually(() => page.evaluate(() => xmpp.online)).toBe(true);
  });
});

describe.each(['esbuild', 'vite'] as const)('a page that imports the client alone, bundled by %s', (bundler) => {
  const pages = usePages(bundler, lab);

  it('reaches the service that it names', async () => {
    const { jid, password } = await bench.account('page');
    const page = await pages.open('page/client.html');
    const options = { jid, password, service: service() };
    const kind = await page.evaluate(async (options) => {
      const client = new Client(options);
      await client.connect();
      return client.transport?.kind;
    }, options);
    expect(kind).toBe('websocket');
  });
});

describe('a page that Vite has cut into files', () => {
  const pages = usePages('vite', lab);

  /** Opens it, and gives the text of all scripts that it has loaded. */
  async function scripted(): Promise<{ page: Page; scripts: () => Promise<string> }> {
    const texts: Promise<string>[] = [];
    const page = await pages.open('page/client.html', {}, (opened) => {
      opened.on('response', (response) => {
        if (new URL(response.url()).pathname.endsWith('.js')) texts.push(response.text());
      });
    });
    return { page, scripts: async () => (await Promise.all(texts)).join('\n') };
  }

  /** What `connect()` comes to in the page: nothing where it succeeds. */
  const connect = (page: Page, options: { jid: string; password: string; service?: string }) =>
    page.evaluate(async (options) => {
      const client = new Client(options);
      const error = await client.connect().catch((reason: unknown) => reason);
      const { code, retryable, message } = (error ?? {}) as { code?: string; retryable?: boolean; message?: string };
      await client.dispose();
      return { code, retryable, message };
    }, options);

  it('loads the WebSocket when it connects, and what looks for a service only where none is named', async () => {
    const { jid, password } = await bench.account('page');
    const { page, scripts } = await scripted();
    // What the page loads without being told to.
    await page.waitForLoadState('networkidle');
    expect(await scripts()).not.toContain('xmpp-framing');
    expect(await connect(page, { jid, password, service: service() })).toEqual({});
    expect(await scripts()).toContain('xmpp-framing');
    expect(await scripts()).not.toContain(DISCOVERY);
    await page.route('https://localhost/.well-known/*', (route) => route.abort());
    expect(await connect(page, { jid, password })).toMatchObject({ code: 'ERR_DISCOVERY', retryable: true });
    expect(await scripts()).toContain(DISCOVERY);
  });

  it('ends with an error that may pass where the WebSocket cannot be loaded', async () => {
    const { jid, password } = await bench.account('page');
    const { page } = await scripted();
    await page.route('**/*.js', (route) => route.abort());
    const error = await connect(page, { jid, password, service: service() });
    expect(error).toMatchObject({ code: 'ERR_CONNECT', retryable: true });
    expect(error.message).toContain('is the network up?');
  });

  it('says that it could not look for a service where the code for that cannot be loaded', async () => {
    const { jid, password } = await bench.account('page');
    const { page } = await scripted();
    expect(await connect(page, { jid, password, service: service() })).toEqual({});
    await page.route('**/*.js', (route) => route.abort());
    const error = await connect(page, { jid, password });
    expect(error).toMatchObject({ code: 'ERR_DISCOVERY', retryable: true });
    expect(error.message).toContain('could not be loaded');
  });
});
