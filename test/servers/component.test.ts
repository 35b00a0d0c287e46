import { HandshakeError } from '@sestina/component';
import { StreamError } from '@sestina/core';
import { Ping } from '@sestina/xep-0199';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('a component of %s', (kind) => {
  const bench = useServer({ kind });
  const domain = (index: number): string => bench.server.component.domains[index] ?? '';

  it('echoes for any address of its domain', async () => {
    const component = bench.component({ jid: domain(1) });
    component.on('message', (message) => message.reply(message.body).send());
    await component.connect();
    const client = await bench.online();
    for (const local of ['any', 'some.body', 'ünï']) {
      const to = `${local}@${domain(1)}`;
      const answer = client.wait('message');
      await client.sendMessage({ to, type: 'chat', body: `to ${local}` });
      expect(await answer).toMatchObject({ body: `to ${local}`, type: 'chat' });
      expect((await answer).from?.toString()).toBe(to);
    }
  });

  it('passes a thousand messages there and back, in order', async () => {
    const component = bench.component({ jid: domain(1) });
    component.on('message', (message) => message.reply(message.body).send());
    await component.connect();
    const client = await bench.online();
    const got: number[] = [];
    const all = new Promise<void>((resolve) => {
      client.on('message', ({ body }) => {
        if (got.push(Number(body)) === 1_000) resolve();
      });
    });
    for (let index = 0; index < 1_000; index++) {
      client.sendMessage({ to: `bot@${domain(1)}`, type: 'chat', body: `${index}` });
    }
    await all;
    expect(got).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
  });

  it('answers and asks', async () => {
    const component = bench.component({ jid: domain(1) });
    const componentPing = component.use(Ping);
    await component.connect();
    const client = await bench.online();
    const ping = client.use(Ping);
    client.sendPresence();
    expect(await ping.ping(domain(1))).toBeGreaterThan(0);
    expect(await componentPing.ping(client.boundJid, { from: `asker@${domain(1)}` })).toBeGreaterThan(0);
    expect(await componentPing.ping()).toBeGreaterThan(0);
  });

  it('is refused with a wrong secret, for good', async () => {
    const component = bench.component({ jid: domain(0), secret: 'guess' });
    const error = await component.connect().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({ retryable: false });
    expect(component.state).toBe('disconnected');
  });

  it('is refused for a domain that the server does not give away', async () => {
    const component = bench.component({ jid: 'stranger.example' });
    const error = await component.connect().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ retryable: false, code: expect.stringMatching(/^ERR_(STREAM|HANDSHAKE)$/) });
    if (error instanceof StreamError) expect(error.condition).toBe('host-unknown');
  });

  it('may not speak for other domains', async () => {
    const component = bench.component({ jid: domain(0) });
    await component.connect();
    const streamError = component.wait('streamError', { timeout: 2_000 }).then(
      ({ error }) => error,
      () => undefined,
    );
    component.sendMessage({ from: 'somebody@elsewhere.example', to: 'nobody@localhost', body: 'hi' });
    const error = await streamError;
    if (error) {
      expect(error).toMatchObject({ condition: 'invalid-from', origin: 'peer', retryable: false });
      await component.wait('sessionStart');
    }
    expect(component.online).toBe(true);
  });

  it('is told when another connection takes its domain, where the server lets only one have it', async () => {
    const jid = domain(1);
    const first = bench.component({ jid });
    await first.connect();
    const second = bench.component({ jid });
    await second.connect();
    // ejabberd lets both have it.
    await expect.poll(() => first.state).toBe(kind === 'prosody' ? 'disconnected' : 'online');
    expect(second.online).toBe(true);
    if (!first.online) bench.expectGone();
  });
});
