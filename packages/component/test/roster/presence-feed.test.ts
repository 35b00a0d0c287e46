import { type ComponentOptions, type ComponentXMPP, RosterStore } from '@sestina/component';
import { JID, MemoryStorage, type Presence, QueueFullError, SendError } from '@sestina/core';
import type { RawPeer } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { header, PlayedServer } from '../support.js';

const NEWS = 'news@bot.example.org';
const MANY = 5_000;
const jids = (count = MANY): string[] => Array.from({ length: count }, (_, index) => `s${index}@example.net`);

interface Online {
  readonly component: ComponentXMPP;
  readonly peer: RawPeer;
  /** Stops the server from reading, so that the queue fills. */
  pause(): void;
  resume(): void;
}

async function withSubscribers(count = MANY, options: Partial<ComponentOptions> = {}): Promise<Online> {
  const server = new PlayedServer();
  const { component, peer } = await server.online(options);
  component.roster.of(NEWS).apply(jids(count).map((jid) => ({ jid: JID.parse(jid), subscription: 'from' as const })));
  const end = server.ends.at(-1);
  return { component, peer, pause: () => end?.pause(), resume: () => end?.resume() };
}

/** What came, as `to status`. */
function told({ received }: RawPeer): string[] {
  return [...received.matchAll(/<presence ([^>]*?)(?:\/>|>(.*?)<\/presence>)/g)].map(([, attributes = '', inside]) => {
    const to = /to='([^']*)'/.exec(attributes)?.[1] ?? '';
    const type = /type='([^']*)'/.exec(attributes)?.[1];
    return `${to} ${type ?? /<status>(.*)<\/status>/.exec(inside ?? '')?.[1]}`;
  });
}

/** The last that each of them was told. */
const last = (peer: RawPeer): Map<string, string> =>
  new Map(told(peer).map((text) => text.split(' ') as [string, string]));
const turns = async (count = 50): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('a broadcast', () => {
  it.each([['in memory'], ['in a store']])(
    'reaches each of 5,000 subscribers once, in order: rosters %s',
    async (where) => {
      const storage = new MemoryStorage();
      const contacts = Object.fromEntries(jids().map((jid) => [jid, { subscription: 'from' }]));
      await storage.set(`component-roster/${NEWS}`, JSON.stringify({ v: 1, contacts }));
      const { component, peer } = await withSubscribers(where === 'in memory' ? MANY : 0, { storage });
      if (where === 'in a store') component.use(RosterStore);
      const errors: unknown[] = [];
      component.on('error', ({ error }) => errors.push(error));
      component.on('sendFailed', ({ error }) => errors.push(error));
      let longest = 0;
      component.onWritten(() => {
        longest = Math.max(longest, component.sendQueue.length);
      });
      expect(await component.as(NEWS).sendPresence({ status: 'one' })).toBe('written');
      await peer.receive(`to='s${MANY - 1}@example.net'`);
      await turns();
      expect(told(peer)).toEqual(jids().map((jid) => `${jid} one`));
      expect(errors).toEqual([]);
      expect(longest).toBeLessThanOrEqual(100);
    },
  );

  it('leaves room in the queue for what else is sent, and goes on when that is written', async () => {
    const { component, peer, pause, resume } = await withSubscribers();
    pause();
    const presence = component.as(NEWS).sendPresence({ status: 'one' });
    await turns();
    expect(component.sendQueue.length).toBe(100);
    const messages = Array.from({ length: 899 }, () => component.sendMessage({ to: 'bob@example.net', body: 'x' }));
    await turns();
    expect(messages.every(({ state }) => state === 'queued')).toBe(true);
    resume();
    expect(await presence).toBe('written');
    await turns();
    expect(told(peer).length).toBe(MANY);
  });

  it('does not hold the event loop', async () => {
    const { component } = await withSubscribers();
    let done = false;
    const sending = component.as(NEWS).sendPresence({ status: 'one' });
    sending.onState(() => {
      done = true;
    });
    let ticks = 0;
    for (; !done; ticks++) await turns(1);
    expect(ticks).toBeGreaterThan(MANY / 100 - 2);
  });

  it('that is newer takes the place of what is left of the older one, whose outcome is that of both', async () => {
    const { component, peer, pause, resume } = await withSubscribers();
    pause();
    const news = component.as(NEWS);
    const outcomes = ['one', 'two', 'three'].map((status) => news.sendPresence({ status }));
    await turns();
    resume();
    expect(await Promise.all(outcomes)).toEqual(['written', 'written', 'written']);
    await turns();
    const all = told(peer);
    expect(all.length).toBeLessThan(MANY + 2_000);
    expect([...last(peer)]).toHaveLength(MANY);
    expect(new Set(last(peer).values())).toEqual(new Set(['three']));
  });

  it('of one resource leaves that of another alone; unavailable from the address itself ends all', async () => {
    const { component, peer, pause, resume } = await withSubscribers(1_000);
    pause();
    component.as(`${NEWS}/a`).sendPresence({ status: 'a' });
    const b = component.as(`${NEWS}/b`).sendPresence({ status: 'b' });
    resume();
    await b;
    await turns();
    expect(told(peer).filter((text) => text.endsWith(' a'))).toHaveLength(1_000);
    expect(told(peer).filter((text) => text.endsWith(' b'))).toHaveLength(1_000);
    component.as(`${NEWS}/a`).sendPresence({ status: 'again' });
    await component.as(NEWS).sendPresence({ type: 'unavailable' });
    await turns();
    expect(new Set(last(peer).values())).toEqual(new Set(['unavailable']));
  });

  it('of two resources comes in their order, and what replaces one that waits leaves the other alone', async () => {
    const { component, peer, pause, resume } = await withSubscribers(1_000);
    const say = (resource: string, init: { status?: string; type?: 'unavailable' }) =>
      component.as(`${NEWS}${resource}`).sendPresence(init);
    const heard = (jid: string): string[] =>
      [...peer.received.matchAll(/<presence ([^>]*?)(?:\/>|>(.*?)<\/presence>)/g)]
        .filter(([, attributes = '']) => attributes.includes(`to='${jid}'`))
        .map(([, attributes = '', inside = '']) => {
          const [, resource = ''] = /from='[^'/]*(\/[^']*)?'/.exec(attributes) ?? [];
          return `${resource} ${attributes.includes('unavailable') ? 'gone' : /<status>(.*)<\/status>/.exec(inside)?.[1]}`;
        });
    pause();
    const sendings = [say('/a', { status: 'one' }), say('/b', { status: 'one' }), say('/a', { type: 'unavailable' })];
    await turns();
    resume();
    await Promise.all(sendings);
    await turns();
    // Those in the queue already hear all of it, the last ones what was left when it was their turn.
    expect(heard('s0@example.net')).toEqual(['/a one', '/b one', '/a gone']);
    expect(heard('s999@example.net')).toEqual(['/b one', '/a gone']);

    const before = peer.received.length;
    pause();
    const more = [say('/b', { status: 'two' }), say('', { type: 'unavailable' })];
    await turns();
    resume();
    await Promise.all(more);
    await turns();
    expect(peer.received.slice(before)).not.toContain("to='s999@example.net'><status>two");
    expect(heard('s999@example.net')).toEqual(['/b one', '/a gone', ' gone']);
  });

  it('is overtaken by nothing: who is told something else hears the broadcast first', async () => {
    const { component, peer, pause, resume } = await withSubscribers();
    pause();
    const news = component.as(NEWS);
    const sending = news.sendPresence({ status: 'one' });
    await turns();
    const [gone = '', told1 = ''] = jids().slice(-2);
    news.roster.unauthorize(gone);
    component.sendPresence({ from: NEWS, to: told1, status: 'for you' });
    resume();
    await sending;
    await turns();
    const of = (jid: string): string[] => told(peer).filter((text) => text.startsWith(`${jid} `));
    expect(of(gone)).toEqual([`${gone} one`, `${gone} unavailable`, `${gone} unsubscribed`]);
    expect(of(told1)).toEqual([`${told1} one`, `${told1} for you`]);
  });

  it('does not change with the stanza that it was made from', async () => {
    const { component, peer } = await withSubscribers(1_000);
    const presence: Presence = component.presence({ from: NEWS, status: 'one' });
    const sending = component.send(presence);
    presence.set({ status: 'other' });
    await sending;
    await turns();
    expect(new Set(last(peer).values())).toEqual(new Set(['one']));
  });
});

describe('the outcome of a broadcast', () => {
  it('says to how many it was not sent, and is reported once where nobody awaits it', async () => {
    const { component } = await withSubscribers(500);
    const failed: unknown[] = [];
    component.on('sendFailed', ({ error }) => failed.push(error));
    component.addFilter('outSync', ({ xml }) => (xml.attribute('to') === 's7@example.net' ? undefined : true) as never);
    component.as(NEWS).sendPresence({ status: 'one' });
    await turns();
    expect(failed).toMatchObject([{ reason: 'dropped', code: 'ERR_SEND' }]);
    expect(String(failed[0])).toContain('1 of 500');
    await expect(component.as(NEWS).sendPresence({ status: 'two' })).rejects.toThrow('1 of 500');
    await turns();
    expect(failed.length).toBe(1);
  });

  it('is a failure when the session ends, and nothing of it is sent in the next one', async () => {
    const server = new PlayedServer();
    const { component } = await server.online({ reconnect: { base: 1, max: 1 } });
    component.roster.of(NEWS).apply(jids().map((jid) => ({ jid: JID.parse(jid), subscription: 'from' as const })));
    server.ends[0]?.pause();
    const sending = component.as(NEWS).sendPresence({ status: 'one' });
    await turns();
    server.ends[0]?.destroy();
    await expect(sending).rejects.toMatchObject({ reason: 'disconnected', retryable: true });
    const peer = await server.next();
    peer.send(header("id='s2' from='bot.example.org'"));
    await peer.receive('</handshake>');
    peer.send('<handshake/>');
    await component.wait('sessionStart');
    await turns();
    // What was in the queue goes out, as all that is sent.
    expect(told(peer).length).toBeLessThanOrEqual(100);
    expect(await component.as(NEWS).sendPresence({ status: 'two' })).toBe('written');
    await turns();
    expect(new Set(last(peer).values())).toEqual(new Set(['two']));
    expect(last(peer).size).toBe(MANY);
  });

  it('keeps to its time, waiting included', async () => {
    const { component, pause } = await withSubscribers();
    pause();
    const error = await component
      .as(NEWS)
      .sendPresence({ status: 'one' }, { ttl: 20 })
      .then(undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ reason: 'expired' });
  });

  it('made before there is a session waits for it', async () => {
    const server = new PlayedServer();
    const component = server.component();
    component.roster.of(NEWS).apply(jids().map((jid) => ({ jid: JID.parse(jid), subscription: 'from' as const })));
    const sending = component.as(NEWS).sendPresence({ status: 'early' });
    await turns();
    expect(component.sendQueue.length).toBe(100);
    const connecting = component.connect();
    const peer = await server.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(header("id='s2' from='bot.example.org'"));
    await peer.receive('</handshake>');
    peer.send('<handshake/>');
    await connecting;
    expect(await sending).toBe('written');
    await turns();
    expect(last(peer).size).toBe(MANY);
  });
});

describe('what a store lets out', () => {
  it('at once for many is fed too: thousands that ask get their answers', async () => {
    const storage = new MemoryStorage();
    const server = new PlayedServer();
    const { component, peer } = await server.online({ storage, autoAuthorize: true });
    component.use(RosterStore);
    const errors: unknown[] = [];
    component.on('error', ({ error }) => errors.push(error));
    const roster = component.roster.of(NEWS);
    const all = jids(3_000).map((jid) => roster.authorize(jid));
    expect(new Set(await Promise.all(all))).toEqual(new Set(['written']));
    await turns();
    expect(errors).toEqual([]);
    expect(told(peer).filter((text) => text.endsWith(' subscribed'))).toHaveLength(3_000);
  });

  it('and what cannot be sent is one error for an address', async () => {
    const storage = new MemoryStorage();
    const server = new PlayedServer();
    const { component } = await server.online({ storage, queue: { maxStanzas: 1 } });
    component.use(RosterStore);
    const errors: { error: unknown }[] = [];
    component.on('error', (event) => void errors.push(event));
    server.ends[0]?.pause();
    component.addFilter('outSync', () => {
      throw new QueueFullError('maxStanzas', 1);
    });
    for (const jid of jids(1_000)) component.roster.of(NEWS).authorize(jid);
    await turns(100);
    expect(errors.length).toBeLessThan(30);
    expect(errors.length).toBeGreaterThan(0);
  });
});
