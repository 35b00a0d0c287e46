import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClientXMPP } from './client.js';
import { ComponentXMPP } from './component.js';
import { setWorld, World } from './world.js';

interface Generated {
  readonly title: string;
  readonly file: string;
  readonly run: boolean;
  /** It defines tests of its own. */
  readonly tests: boolean;
}

const list = execFileSync(process.execPath, ['tools/scripts/snippets.mjs', '--run'], { encoding: 'utf8' });
const snippets: readonly Generated[] = JSON.parse(list);
let world = new World();
let listeners: NodeJS.SignalsListener[] = [];

beforeEach(() => {
  world = new World();
  setWorld(world);
  for (const name of ['PASSWORD', 'SECRET']) vi.stubEnv(name, 'secret');
  listeners = process.listeners('SIGINT');
  vi.spyOn(console, 'log').mockImplementation(() => {});
});

afterEach(async () => {
  await world.end();
  setWorld(undefined);
  for (const listener of process.listeners('SIGINT'))
    if (!listeners.includes(listener)) process.off('SIGINT', listener);
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('what a snippet finds', () => {
  it('is a server for its account, and contacts that answer', async () => {
    const xmpp = new ClientXMPP({ jid: 'romeo@montague.example', password: 'rose' });
    await xmpp.connect();
    const answer = xmpp.wait('message', { timeout: 1_000 });
    await xmpp.sendMessage({ to: 'juliet@capulet.example/balcony', type: 'chat', body: 'Hello' });
    expect((await answer).body).toBe('You said: Hello');
  });

  it('is a server for its component', async () => {
    const component = new ComponentXMPP({ jid: 'echo.example', secret: 'hush' });
    const heard: unknown[] = [];
    component.on('message', (message) => heard.push(message.body));
    await component.connect();
    await world.greet();
    expect(heard).toEqual(['Hello']);
  });

  it('does not hide a handler that fails', async () => {
    const xmpp = new ClientXMPP({ jid: 'romeo@montague.example', password: 'rose' });
    xmpp.on('message', () => {
      throw new Error('broken');
    });
    await xmpp.connect();
    await world.greet();
    expect(world.problems).toEqual(['listener of message: broken']);
  });
});

describe('the snippets in the texts', () => {
  it('are found', () => {
    expect(snippets.length).toBeGreaterThan(10);
  });

  for (const { title, file, run, tests } of snippets) {
    if (!run) continue;
    if (tests) {
      describe(title, async () => {
        await import(/* @vite-ignore */ file);
      });
      continue;
    }
    it(title, { timeout: 10_000 }, async () => {
      await import(/* @vite-ignore */ file);
      await world.greet();
      expect(world.problems).toEqual([]);
    });
  }
});
