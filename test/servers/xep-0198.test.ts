import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientOptions, ClientXMPP } from '@sestina/client';
import { type Message, SendError } from '@sestina/core';
import { SeededRandom } from '@sestina/testing';
import { WebSocketTransportFactory } from '@sestina/websocket';
import '@sestina/xep-0203';
import { StreamManagement, type StreamManagementOptions } from '@sestina/xep-0198';
import { afterEach, describe, expect, it } from 'vitest';
import { type Bench, KINDS, useServer } from '../support/bench.js';
import { Cable } from '../support/cable.js';

const OVER = ['tcp', 'websocket'] as const;

/** A client whose connections go over a cable. */
interface Wired {
  readonly client: ClientXMPP;
  readonly management: StreamManagement;
  readonly cable: Cable;
  /** What has happened to its sessions. */
  readonly events: string[];
}

/** Makes clients that are wired, and takes the cables away after each test. */
function useCables(bench: Bench, over: (typeof OVER)[number]) {
  const cables: Cable[] = [];
  afterEach(async () => {
    for (const cable of cables.splice(0)) await cable[Symbol.asyncDispose]();
  });
  return async (options: Partial<StreamManagementOptions> = {}, more: Partial<ClientOptions> = {}): Promise<Wired> => {
    const { host, ports } = bench.server;
    const cable = await Cable.to(host, over === 'tcp' ? ports.c2s : ports.https);
    cables.push(cable);
    const where =
      over === 'tcp'
        ? { host: '127.0.0.1', port: cable.port }
        : { service: `wss://localhost:${cable.port}/xmpp-websocket`, transports: new WebSocketTransportFactory() };
    const { jid, password } = await bench.account();
    const client = bench.client({ jid, password, ...where, ...more });
    const management = client.use(StreamManagement, options);
    const events: string[] = [];
    for (const name of ['sessionStart', 'sessionResumed', 'sessionEnd', 'smFailed', 'smUnknown'] as const) {
      client.on(name, () => events.push(name));
    }
    const enabled = client.wait('smEnabled');
    await client.connect();
    expect(await enabled).toMatchObject({ resumable: true });
    return { client, management, cable, events };
  };
}

/** What arrives at it, by body, in order. */
function inboxOf(client: ClientXMPP): string[] {
  const got: string[] = [];
  client.on('message', ({ body }) => got.push(body ?? ''));
  return got;
}

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => `${from + at}`);

const say = (from: ClientXMPP, to: ClientXMPP, bodies: readonly string[]) =>
  bodies.map((body) => from.sendMessage({ to: to.boundJid, type: 'chat', body }));

describe.each(KINDS)('stream management with %s', (kind) => {
  const bench = useServer({ kind });

  describe.each(OVER)('over %s', (over) => {
    const wired = useCables(bench, over);

    it('tells what the server has taken over', async () => {
      const [{ client, management }, other] = [await wired(), await bench.online()];
      const got = inboxOf(other);
      const sendings = say(client, other, numbers(0, 23));
      expect(await Promise.all(sendings.map((sending) => sending.acked()))).toEqual(sendings.map(() => 'acked'));
      expect(management.unacked).toEqual([]);
      await expect.poll(() => got).toEqual(numbers(0, 23));
      const presence = client.sendPresence();
      expect(await presence.acked()).toBe('acked');
    });

    it('F2, F3: loses and doubles nothing where the connection is cut in the middle of anything, both ways', async () => {
      const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
      const ends = [await wired(), await wired()] as const;
      const [a, b] = ends;
      const inboxes = ends.map(({ client }) => inboxOf(client));
      const sendings: PromiseLike<unknown>[] = [];
      const ROUNDS = 8;
      // ejabberd hangs for 15 s where a WebSocket breaks that it writes to, and may forget the session.
      const quiet = kind === 'ejabberd' && over === 'websocket';
      for (let round = 0; round < ROUNDS; round++) {
        if (quiet) {
          for (const got of inboxes) await expect.poll(() => got.length).toBe(round * 40);
          for (const { cable } of ends) cable.cut();
        } else {
          for (const { cable } of ends) {
            cable.cutAfter(random.integer(2) ? 'up' : 'down', 1 + random.integer(6_000));
          }
        }
        const bodies = numbers(round * 40, round * 40 + 40);
        for (const body of bodies) {
          for (const [from, to] of [
            [a, b],
            [b, a],
          ] as const) {
            const [sending] = say(from.client, to.client, [body]);
            if (sending) sendings.push(sending.acked());
          }
          if (random.integer(4) === 0) await sleep(random.integer(8));
        }
      }
      const all = numbers(0, ROUNDS * 40);
      const what = `seed ${random.seed}`;
      await Promise.all(sendings);
      for (const got of inboxes) await expect.poll(() => got, { message: what, timeout: 20_000 }).toEqual(all);
      // Not one more.
      await Promise.all(ends.map(({ client }) => client.getRoster()));
      for (const got of inboxes) expect(got, what).toEqual(all);
      for (const { events, cable } of ends) {
        expect(cable.connections, what).toBeGreaterThan(1);
        expect(new Set(events), what).toEqual(new Set(['sessionStart', 'sessionResumed']));
        expect(events.filter((name) => name === 'sessionStart')).toHaveLength(1);
      }
    });

    it('F25: answers to what was asked before the cut still come', async () => {
      const { client, cable, events } = await wired();
      const rosters = Array.from({ length: 5 }, () => client.getRoster());
      cable.cut();
      for (const roster of await Promise.all(rosters)) expect(roster.size).toBe(0);
      expect(events).toEqual(['sessionStart', 'sessionResumed']);
    });

    it('F1: notices that nothing comes any more, and loses nothing by it', async () => {
      const { client, cable, events } = await wired({ timeout: 400 });
      const other = await bench.online();
      const got = inboxOf(other);
      await Promise.all(say(client, other, ['before']).map((sending) => sending.acked()));
      cable.hang();
      const sendings = say(client, other, numbers(0, 12));
      await Promise.all(sendings.map((sending) => sending.acked()));
      expect(events).toEqual(['sessionStart', 'sessionResumed']);
      await expect.poll(() => got).toEqual(['before', ...numbers(0, 12)]);
      expect(bench.takeComplaints()).toEqual([expect.stringContaining('unanswered for 400 ms')]);
    });

    it('F8: begins a new session where the server has none any more, and says what it does not know', async () => {
      const { client, cable, events } = await wired();
      const other = await bench.online(undefined, { resource: 'other' });
      const heard: Message[] = [];
      other.on('message', (message) => void heard.push(message));
      const otherBack = other.wait('sessionStart', { timeout: 20_000 });
      const to = `${other.boundJid}`;
      await client.sendMessage({ to, type: 'chat', body: 'counted' }).acked();
      cable.hang();
      const lost = ['1', '2', '3'].map((body) => client.sendMessage({ to, type: 'chat', body }));
      await Promise.all(lost);
      const outcomes = Promise.allSettled(lost.map((sending) => sending.acked()));
      const unknown = client.wait('smUnknown', { timeout: 20_000 });
      const back = client.wait('smEnabled', { timeout: 20_000 });
      await bench.server.restart('KILL');
      cable.cut();
      const { sendings } = await unknown;
      expect(sendings.map(({ element }) => element.child('body')?.text)).toEqual(['1', '2', '3']);
      for (const outcome of await outcomes) {
        expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(SendError);
      }
      await back;
      expect(events.filter((name) => name !== 'smUnknown')).toEqual([
        'sessionStart',
        'smFailed',
        'sessionEnd',
        'sessionStart',
      ]);
      await otherBack;
      heard.length = 0;
      await Promise.all(sendings.map((unsent) => unsent.resend().acked()));
      await expect.poll(() => heard.map(({ body }) => body)).toEqual(['1', '2', '3']);
      expect(heard.map(({ delay }) => delay?.stamp)).toEqual(sendings.map(({ sentAt }) => sentAt));
      expect(heard.map(({ id }) => id)).toEqual(sendings.map(({ element }) => element.attribute('id')));
    });

    it('ends the session for good where we leave', async () => {
      const [{ client }, friend] = [await wired(), await bench.online()];
      const seen: string[] = [];
      friend.onPresence(({ type }) => seen.push(type ?? 'available'), { from: `${client.boundJid}` });
      client.sendPresence({ to: friend.boundJid });
      await expect.poll(() => seen).toEqual(['available']);
      await client.disconnect();
      // Long before the server would give up a session that was only cut off.
      await expect.poll(() => seen, { timeout: 10_000 }).toEqual(['available', 'unavailable']);
    });
  });

  it('is not for components', () => {
    const component = bench.component({ jid: bench.server.component.domains[0] ?? '' });
    expect(() => component.use(StreamManagement)).toThrow('xep-0198 is for a client: this connection is a component');
  });

  it('F11: what another session of the account takes over is over here', async () => {
    const { jid, password } = await bench.account();
    const client = bench.client({ jid, password, resource: 'one' });
    client.use(StreamManagement);
    await client.connect();
    const gone = client.wait('disconnected');
    await bench.server.closeSession(`${client.boundJid}`, ...(kind === 'prosody' ? ['conflict'] : []));
    expect(await gone).toMatchObject({ reason: { condition: 'conflict' }, willReconnect: false });
  });
});

describe.each(KINDS)('%s without stream management', (kind) => {
  const bench = useServer({ kind, streamManagement: false });

  it('makes no difference to what is sent', async () => {
    const { jid, password } = await bench.account();
    const client = bench.client({ jid, password });
    const management = client.use(StreamManagement);
    await client.connect();
    const got = client.wait('message');
    const sending = client.sendMessage({ to: client.boundJid, type: 'chat', body: 'here' });
    await sending;
    expect((await got).body).toBe('here');
    expect(management).toMatchObject({ enabled: false, resumable: false, unacked: [] });
    expect(sending.state).toBe('written');
    const back = client.wait('sessionStart');
    client.cut();
    await back;
  });
});
