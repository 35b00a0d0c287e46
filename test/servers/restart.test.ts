import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientXMPP } from '@sestina/client';
import { type Message, SessionLostError, StreamError } from '@sestina/core';
import type { StopSignal } from '@sestina/servers';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { unanswered } from '../support/unanswered.js';

const SIGNALS: readonly StopSignal[] = ['TERM', 'KILL'];

describe.each(KINDS)('when %s is stopped', (kind) => {
  const bench = useServer({ kind });

  describe.each(SIGNALS)('by %s', (signal) => {
    it('F8: a client comes back by itself with a new session', async () => {
      const client = await bench.online(await bench.account(), { resource: 'steady' });
      const { boundJid } = client;
      await client.getRoster();
      const order: string[] = [];
      const reasons: Error[] = [];
      client.on('disconnected', ({ reason, willReconnect }) => {
        reasons.push(reason);
        order.push(`disconnected ${willReconnect}`);
      });
      client.on('sessionEnd', () => order.push('sessionEnd'));
      client.on('sessionStart', () => order.push('sessionStart'));
      client.on('sessionResumed', () => order.push('sessionResumed'));
      const back = client.wait('sessionStart');
      const gone = client.wait('sessionEnd');
      // Prosody forgets to say why it ends to whom it has just answered.
      await sleep(200);
      await bench.server.stop(signal);
      await gone;
      expect(client.online).toBe(false);
      await bench.server.start();
      await back;
      expect(order).toEqual(['disconnected true', 'sessionEnd', 'sessionStart']);
      const [reason] = reasons;
      // ejabberd does not always get to say goodbye.
      const told = reason instanceof StreamError;
      if (told) expect(reason).toMatchObject({ condition: 'system-shutdown', origin: 'peer' });
      else expect(reason).toMatchObject({ code: 'ERR_CONNECTION_LOST' });
      if (signal === 'KILL' || kind === 'prosody') expect(told, String(reason)).toBe(signal === 'TERM');
      expect(client.boundJid?.toString()).toBe(boundJid?.toString());
      expect((await client.getRoster()).size).toBe(0);
    });

    it('F25: requests in flight are told that the session is lost', async () => {
      const [client, silent] = await Promise.all([bench.online(), bench.online()]);
      const requests = Array.from({ length: 10 }, () => unanswered(client, silent));
      const outcomes = Promise.allSettled(requests);
      await client.getRoster();
      expect(client.pendingRequests).toBe(10);
      await bench.server.stop(signal);
      for (const outcome of await outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SESSION_LOST', retryable: true } });
        expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(SessionLostError);
      }
      expect(client.pendingRequests).toBe(0);
      await bench.server.start();
    });

    it('what is sent meanwhile goes out afterwards, in order', async () => {
      // To itself: who else is back by then, or finds it where the server keeps what comes for people who are away, is another matter.
      const client = await bench.online(undefined, { resource: 'balcony' });
      const { boundJid: to } = client;
      const got: (string | undefined)[] = [];
      client.on('message', (message) => void got.push(message.body));
      const down = client.wait('sessionEnd');
      await bench.server.stop(signal);
      await down;
      const bodies = ['one', 'two', 'three'];
      const sendings = bodies.map((body) => client.sendMessage({ to, type: 'chat', body }));
      expect(sendings.map(({ state }) => state)).toEqual(['queued', 'queued', 'queued']);
      await bench.server.start();
      await Promise.all(sendings);
      await expect.poll(() => got, { timeout: 10_000 }).toEqual(bodies);
    });

    it('a component comes back by itself', async () => {
      const component = bench.component({ jid: bench.server.component.domains[1] ?? '' });
      component.on('message', (message) => message.reply(message.body).send());
      await component.connect();
      const client = await bench.online();
      const back = Promise.all([component.wait('sessionStart'), client.wait('sessionStart')]);
      await bench.server.restart(signal);
      await back;
      const answer = client.wait('message');
      await client.sendMessage({ to: `any@${component.boundJid}`, type: 'chat', body: 'again' });
      expect((await answer).body).toBe('again');
    });
  });

  it('many clients come back, each once', async () => {
    const user = await bench.account();
    const clients = await Promise.all(Array.from({ length: 25 }, () => bench.online(user)));
    const starts = clients.map(() => 0);
    const back = clients.map((client, index) => {
      client.on('sessionStart', () => {
        starts[index] = (starts[index] ?? 0) + 1;
      });
      return client.wait('sessionStart');
    });
    await bench.server.restart('KILL');
    await Promise.all(back);
    expect(starts).toEqual(clients.map(() => 1));
    expect(new Set(clients.map((client) => `${client.boundJid}`)).size).toBe(clients.length);
  });

  it('disconnect() ends the waiting at once, and nothing comes after it', async () => {
    const client = await bench.online();
    const down = client.wait('sessionEnd');
    await bench.server.stop('KILL');
    await down;
    const queued = client.sendMessage({ to: 'nobody@localhost', body: 'never' });
    const failed = expect(Promise.resolve(queued)).rejects.toMatchObject({ code: 'ERR_SEND', reason: 'disconnected' });
    await client.disconnect();
    await failed;
    expect(client.state).toBe('disconnected');
    let attempts = 0;
    client.on('connecting', () => {
      attempts += 1;
    });
    await bench.server.start();
    await sleep(500);
    expect(attempts).toBe(0);
  });

  it('connect() rejects when that happens while logging in', async () => {
    const { jid, username, password } = await bench.account();
    const client = bench.client({
      jid,
      credentials: async () => {
        await bench.server.stop('KILL');
        return { username, password };
      },
    });
    const error = await client.connect().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_CONNECTION_LOST', retryable: true });
    expect(client.state).toBe('disconnected');
    await bench.server.start();
  });

  it('messages that were on their way are not delivered twice', async () => {
    const [client, other] = await Promise.all([bench.online(), bench.online()]);
    const got: string[] = [];
    other.on('sessionStart', () => void other.sendPresence());
    other.sendPresence();
    other.on('message', (message: Message) => void got.push(message.body ?? ''));
    await other.getRoster();
    const back = Promise.all([client.wait('sessionStart'), other.wait('sessionStart')]);
    const send = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) =>
        client.sendMessage({ to: `${other.boundJid?.bare}`, type: 'chat', body: `${from + index}` }),
      );
    const states = Promise.allSettled(send(0, 200));
    await bench.server.restart('KILL');
    await states;
    await back;
    await Promise.all(send(200, 210));
    await expect.poll(() => got.at(-1), { timeout: 10_000 }).toBe('209');
    const numbers = got.map(Number);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });
});

describe.each(KINDS)('when %s says nothing any more', (kind) => {
  const bench = useServer({ kind });

  /** Halts the server as a hung machine would: the system still takes connections, and nobody answers. */
  async function signal(name: NodeJS.Signals): Promise<void> {
    const pid = Number(await readFile(join(bench.server.directory, `${kind}.pid`), 'utf8'));
    process.kill(pid, name);
  }

  it('F1: a client notices, tries again, and is back when it speaks again', async () => {
    const user = await bench.account();
    const client: ClientXMPP = await bench.online(user, {
      keepAlive: { interval: 200, timeout: 200 },
      connectTimeout: 500,
    });
    const disconnected = client.wait('disconnected');
    const failed = client.wait('connectionFailed');
    try {
      await signal('SIGSTOP');
      const { reason, willReconnect } = await disconnected;
      expect(reason).toMatchObject({ code: 'ERR_CONNECTION_LOST', reason: 'timeout' });
      expect(reason).not.toBeInstanceOf(StreamError);
      expect(willReconnect).toBe(true);
      expect((await failed).error).toMatchObject({ code: 'ERR_TIMEOUT' });
    } finally {
      await signal('SIGCONT');
    }
    if (!client.online) await client.wait('sessionStart');
    expect((await client.getRoster()).size).toBe(0);
  });
});
