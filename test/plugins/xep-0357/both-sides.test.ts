import { ScriptedStream } from '@sestina/testing';
import { Enable, NS_PUSH, PushNotifications } from '@sestina/xep-0357';
import { PushService } from '@sestina/xep-0357/service';
import { expect, it } from 'vitest';

it('what a client has its server say is what the push service wants to hear', async () => {
  const client = await ScriptedStream.start({ jid: 'romeo@example.org/phone', plugins: [PushNotifications] });
  const component = await ScriptedStream.start({ jid: 'push.example', kind: 'component', plugins: [PushService] });
  const service = component.xmpp.plugin(PushService);
  const told: unknown[] = [];
  component.xmpp.on('pushNotification', ({ node, account }) => told.push([node, account?.full]));
  const target = { service: 'push.example', node: 'a&b' };
  service.add(target.node, { secret: `s'"<é>`, owner: 'romeo@example.org' });

  const done = client.xmpp.plugin(PushNotifications).enable({ ...target, options: { secret: `s'"<é>` } });
  await client.recvResult(
    await client.nextSent(),
    `<query xmlns='http://jabber.org/protocol/disco#info'><feature var='${NS_PUSH}'/></query>`,
  );
  const request = await client.nextSent();
  await client.recvResult(request);
  await done;

  // The server repeats the form with each notification.
  const { node, jid, form } = new Enable(request.child('enable', NS_PUSH) as never);
  expect(jid.full).toBe(component.xmpp.boundJid?.full ?? 'push.example');
  const published = component.xmpp.iq({ type: 'set', from: 'example.org', to: 'push.example', id: 'p' });
  const pubsub = `<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='${node?.replace('&', '&amp;')}'><item><notification xmlns='${NS_PUSH}'/></item></publish><publish-options>${form}</publish-options></pubsub>`;
  await component.recv(`${published}`.replace('/>', `>${pubsub}</iq>`));
  expect((await component.nextSent()).attribute('type')).toBe('result');
  expect(told).toEqual([['a&b', 'romeo@example.org']]);
  await client.close();
  await component.close();
});
