import type { Message } from '@sestina/core';
import { StreamManagement } from '@sestina/xep-0198';
import { MessageCarbons } from '@sestina/xep-0280';
import { Bind2 } from '@sestina/xep-0386';
import { Sasl2 } from '@sestina/xep-0388';
import { afterEach, describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import { Cable } from '../support/cable.js';
import { RecordingTracer } from '../support/recorders.js';

describe('Bind 2 and resumption within the login, with Prosody', () => {
  const bench = useServer({ kind: 'prosody', sasl2: true });
  const cables: Cable[] = [];
  afterEach(async () => {
    for (const cable of cables.splice(0)) await cable[Symbol.asyncDispose]();
  });

  async function made() {
    const user = await bench.account();
    const { host, ports } = bench.server;
    const cable = await Cable.to(host, ports.c2sTls);
    cables.push(cable);
    const tracer = new RecordingTracer();
    const client = bench.client({ ...user, service: `xmpps://127.0.0.1:${cable.port}`, tracer });
    client.use(Sasl2);
    client.use(Bind2, { withoutArchive: 'accept' });
    const carbons = client.use(MessageCarbons);
    const management = client.use(StreamManagement);
    await client.connect();
    return { user, cable, tracer, client, carbons, management };
  }

  it('binds, enables carbons and counts, in one exchange', async () => {
    const { user, tracer, client, carbons, management } = await made();
    expect(client.boundJid?.resource).toMatch(/^Sestina/);
    expect(management).toMatchObject({ enabled: true, resumable: true });
    expect(carbons.enabled).toBe(true);
    expect(tracer.sent.join('')).not.toMatch(/<iq[^>]*><(?:bind|enable)/);
    const copied = new Promise<Message>((resolve) => {
      client.onMessage(resolve, { sources: ['carbon'] });
    });
    const other = await bench.online(user);
    const bob = await bench.online();
    other.sendMessage({ to: bob.boundJid ?? '', body: 'copied' });
    expect((await copied).body).toBe('copied');
    expect(await management.acknowledged()).toBeGreaterThan(0);
  });

  it('resumes, and what came meanwhile comes once', async () => {
    const { cable, tracer, client } = await made();
    const jid = client.boundJid;
    const heard: (string | undefined)[] = [];
    client.onMessage(({ body }) => void heard.push(body));
    const bob = await bench.online();
    for (let round = 0; round < 3; round++) {
      const resumed = client.wait('sessionResumed', { timeout: 20_000 });
      cable.cut();
      await bob.sendMessage({ to: jid ?? '', body: `meanwhile ${round}` });
      await resumed;
      await bob.sendMessage({ to: jid ?? '', body: `after ${round}` });
    }
    await expect
      .poll(() => heard, { timeout: 10_000 })
      .toEqual([0, 1, 2].flatMap((i) => [`meanwhile ${i}`, `after ${i}`]));
    expect(client.boundJid?.toString()).toBe(jid?.toString());
    expect(tracer.received.filter((xml) => xml.startsWith('<success') && xml.includes('<resumed'))).toHaveLength(3);
  });

  it('begins a new session in the same exchange where the server has forgotten the old one', async () => {
    const { client, management } = await made();
    const failed = client.wait('smFailed', { timeout: 20_000 });
    const started = client.wait('sessionStart', { timeout: 20_000 });
    await bench.server.restart('KILL');
    expect(await failed).toMatchObject({ wasResuming: true });
    await started;
    expect(management.enabled).toBe(true);
  });
});
