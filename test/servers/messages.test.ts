import type { Message } from '@sestina/core';
import { DelayedDelivery } from '@sestina/xep-0203';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('messages over %s', (kind) => {
  const bench = useServer({ kind });

  it('come in order, a thousand each way at once', async () => {
    const [romeo, juliet] = await Promise.all([bench.online(), bench.online()]);
    const bodies = Array.from({ length: 1_000 }, (_, index) => `${index} & <${'x'.repeat(index % 50)}>`);
    const received = [romeo, juliet].map((client) => {
      const got: (string | undefined)[] = [];
      const all = new Promise<void>((resolve) => {
        client.on('message', (message) => {
          got.push(message.body);
          if (got.length === bodies.length) resolve();
        });
      });
      return { got, all };
    });
    for (const body of bodies) {
      romeo.sendMessage({ to: juliet.boundJid, type: 'chat', body });
      juliet.sendMessage({ to: romeo.boundJid, type: 'chat', body });
    }
    await Promise.all(received.map(({ all }) => all));
    for (const { got } of received) expect(got).toEqual(bodies);
  });

  it('are echoed in order, a thousand there and back', async () => {
    const [client, echo] = await Promise.all([bench.online(), bench.online()]);
    echo.on('message', (message) => message.reply(message.body).send());
    const got: (string | undefined)[] = [];
    const all = new Promise<void>((resolve) => {
      client.on('message', ({ body }) => {
        if (got.push(body) === 1_000) resolve();
      });
    });
    for (let index = 0; index < 1_000; index++) {
      client.sendMessage({ to: echo.boundJid, type: 'chat', body: `${index}` });
    }
    await all;
    expect(got).toEqual(Array.from({ length: 1_000 }, (_, index) => `${index}`));
  });

  it.each([
    ['every plane of Unicode', 'Ἔρως 爱 🏹\u{1F469}\u200D\u{1F692} \u{10FFFD}'],
    ['what XML has to escape', `<body>&amp;</body> ]]> "'`],
    ['white space', ' a\n\tb  c '],
    ['200,000 bytes', 'long '.repeat(40_000)],
  ])('carry %s', async (_what, body) => {
    const [romeo, juliet] = await Promise.all([bench.online(), bench.online()]);
    const got = juliet.wait('message', { timeout: 20_000 });
    await romeo.sendMessage({ to: juliet.boundJid, type: 'chat', body });
    expect((await got).body).toBe(body);
  });

  it('to nobody come back as an error', async () => {
    const client = await bench.online();
    const error = client.wait('messageError');
    const id = 'to-nobody';
    await client.sendMessage({ to: `nobody@${bench.server.domain}`, type: 'chat', id, body: 'hello?' });
    const answer = await error;
    expect(answer.id).toBe(id);
    expect(answer.error?.condition).toBe('service-unavailable');
  });

  it('are kept for who is offline, and say when they were sent', async () => {
    const [sender, user] = await Promise.all([bench.online(), bench.account()]);
    const before = Date.now();
    const bodies = ['first', 'second', 'third'];
    for (const body of bodies) await sender.sendMessage({ to: user.jid, type: 'chat', body });
    // An answer shows that the server has taken them.
    await sender.getRoster();
    const after = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 1_500));

    const receiver = bench.client(user);
    const delivery = receiver.use(DelayedDelivery);
    const got: Message[] = [];
    receiver.on('message', (message) => void got.push(message));
    await receiver.connect();
    receiver.sendPresence();
    await expect.poll(() => got.map(({ body }) => body), { timeout: 10_000 }).toEqual(bodies);
    for (const message of got) {
      const delay = delivery.trustedDelay(message);
      expect(delay?.from?.toString() ?? bench.server.domain).toBe(bench.server.domain);
      // Stamps may have whole seconds only.
      expect(delay?.stamp?.getTime()).toBeGreaterThanOrEqual(before - 1_000);
      expect(delay?.stamp?.getTime()).toBeLessThanOrEqual(after + 1_000);
      expect(delivery.sentAt(message)).toEqual(delay?.stamp);
    }

    const live = receiver.wait('message');
    await sender.sendMessage({ to: receiver.boundJid, type: 'chat', body: 'now' });
    expect(delivery.trustedDelay(await live)).toBeUndefined();
  });
});
