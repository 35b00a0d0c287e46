import { ClientXMPP } from '@sestina/client';
import { ComponentXMPP } from '@sestina/component';
import { Registration } from '@sestina/core';
import { MemoryServer } from '@sestina/testing';
import { Ping } from '@sestina/xep-0199';
import { expect, it } from 'vitest';

/** Whether Vue leaves it as it is: it asks an object for `__v_skip`, and makes nothing of what cannot be extended. */
const leftAlone = (value: object): boolean => !Object.isExtensible(value) || Reflect.get(value, '__v_skip') === true;

it('nothing that an application is given becomes a deep proxy of Vue', async () => {
  const server = new MemoryServer({ domain: 'play.example', users: { bot: 'secret' } });
  const { transports } = server;
  const client = new ClientXMPP({ jid: 'bot@play.example/stage', password: 'secret', transports });
  const component = new ComponentXMPP({ jid: 'echo.example', secret: 'secret', transports });
  await client.connect();
  const arrived = client.wait('message', { timeout: 1_000 });
  const sending = client.sendMessage({ to: client.boundJid, type: 'chat', body: 'Hello' });
  const message = await arrived;
  await client.updateRoster('alice@play.example', { name: 'Alice' });
  const node = client.roster.of();
  const item = node.get('alice@play.example');
  expect(item).toBeDefined();
  const given = {
    client,
    component,
    address: component.as('echo.example'),
    roster: client.roster,
    node,
    item,
    message,
    xml: message.xml,
    bodies: message.bodies,
    jid: message.from,
    sending,
    registration: client.on('message', () => {}),
    plugin: client.use(Ping),
    events: client.createEvents<{ said: string }>('a thing'),
  };
  expect(given.registration).toBeInstanceOf(Registration);
  const proxied = Object.entries(given).filter(([, value]) => !leftAlone(value as object));
  expect(proxied.map(([name]) => name)).toEqual([]);
  for (const value of Object.values(given)) {
    const seen: string[] = [];
    for (const name in value) seen.push(name);
    expect(seen).not.toContain('__v_skip');
  }
  await Promise.all([client.dispose(), component.dispose()]);
  await server.stop();
});
