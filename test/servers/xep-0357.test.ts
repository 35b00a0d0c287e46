import '@sestina/xep-0203';
import { StreamManagement } from '@sestina/xep-0198';
import { PushNotifications } from '@sestina/xep-0357';
import { type PushNotification, PushService } from '@sestina/xep-0357/service';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { Cable } from '../support/cable.js';

// Debian has mod_cloud_notify for Prosody in its package prosody-modules.
describe.each(KINDS)('push notifications with %s', (kind) => {
  const bench = useServer({ kind });
  const domain = (): string => bench.server.component.domains.find((name) => name.startsWith('component.')) ?? '';

  it('tell the push service of what comes while nobody is there, once, and no more once they are off', async () => {
    const gateway = bench.component({ jid: domain() });
    const service = gateway.use(PushService);
    const told: PushNotification[] = [];
    gateway.on('pushNotification', (notification) => told.push(notification));
    await gateway.connect();
    const user = await bench.account('away');
    const owner = user.jid;
    service.add('device-1', { secret: 'for-1', owner });
    service.add('device-2', { secret: 'for-2', owner });

    const away = bench.client({ jid: user.jid, password: user.password });
    const push = away.use(PushNotifications);
    await away.connect();
    away.sendPresence();
    expect(await push.supported()).toBe(true);
    await push.enable({ service: domain(), node: 'device-2', options: { secret: 'for-2' } });
    await push.enable({
      ...{ service: domain(), node: 'device-1', replace: 'device-2' },
      options: { secret: 'for-1' },
    });
    await away.disconnect();

    const friend = await bench.online();
    friend.sendMessage({ to: user.jid, type: 'chat', body: 'Art thou gone so?' });
    await expect.poll(() => told.length, { timeout: 30_000 }).toBe(1);
    expect([told[0]?.node, told[0]?.account?.full]).toEqual(['device-1', owner]);
    expect(told[0]?.summary.messages ?? 1).toBe(1);

    // A new session enables it by itself.
    const again = away.wait('pushEnabled', { timeout: 30_000 });
    await away.connect();
    away.sendPresence();
    expect(await again).toMatchObject({ node: 'device-1', again: true });
    await push.enable({ service: domain(), node: 'device-2', options: { secret: 'for-2' } });
    await push.disable({ service: domain(), node: 'device-1' });
    expect(push.enabled.map(({ node }) => node)).toEqual(['device-2']);
    await away.disconnect();
    friend.sendMessage({ to: user.jid, type: 'chat', body: 'Love, lord, ay, husband, friend!' });
    await expect.poll(() => told.length, { timeout: 30_000 }).toBe(2);
    expect(told[1]?.node).toBe('device-2');
  });

  it('tell of what a session that is broken off has not got, and are not enabled again where it goes on', async () => {
    const gateway = bench.component({ jid: domain() });
    const service = gateway.use(PushService);
    await gateway.connect();
    const { jid, password } = await bench.account('broken');
    service.add('device', { secret: 'right', owner: jid });
    await using cable = await Cable.to(bench.server.host, bench.server.ports.c2s);
    const reconnect = { base: 3_000, max: 3_000, slowMax: 3_000 };
    const away = bench.client({ jid, password, host: '127.0.0.1', port: cable.port, reconnect });
    away.use(StreamManagement);
    const push = away.use(PushNotifications);
    const told: string[] = [];
    away.on('pushEnabled', ({ node }) => told.push(node));
    const managed = away.wait('smEnabled');
    await away.connect();
    away.sendPresence();
    await managed;
    await push.enable({ service: domain(), node: 'device', options: { secret: 'right' } });
    const friend = await bench.online();
    const notified = gateway.wait('pushNotification', { timeout: 30_000 });
    const arrived = away.wait('message', { timeout: 30_000 });
    const resumed = away.wait('sessionResumed', { timeout: 30_000 });
    cable.cut();
    friend.sendMessage({ to: jid, type: 'chat', body: 'Stay but a little' });
    expect((await notified).node).toBe('device');
    await resumed;
    expect((await arrived).body).toBe('Stay but a little');
    expect([told, push.enabled.length]).toEqual([['device'], 1]);
  });

  it('with a wrong secret wake up nobody', async () => {
    const gateway = bench.component({ jid: domain() });
    const service = gateway.use(PushService);
    const told: string[] = [];
    gateway.on('pushNotification', ({ node }) => told.push(node));
    await gateway.connect();
    const user = await bench.account('robbed');
    service.add('device', { secret: 'right', owner: user.jid });
    service.add('other', { secret: 'right', owner: user.jid });
    const away = bench.client({ jid: user.jid, password: user.password });
    const push = away.use(PushNotifications);
    await away.connect();
    away.sendPresence();
    await push.enable({ service: domain(), node: 'device', options: { secret: 'wrong' } });
    await push.enable({ service: domain(), node: 'other', options: { secret: 'right' } });
    await away.disconnect();
    const friend = await bench.online();
    friend.sendMessage({ to: user.jid, type: 'chat', body: 'O' });
    await expect.poll(() => told.length, { timeout: 30_000 }).toBe(1);
    expect(told).toEqual(['other']);
  });
});
