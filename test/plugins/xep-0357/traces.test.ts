import { ScriptedStream } from '@sestina/testing';
import { NS_PUSH, PushNotifications } from '@sestina/xep-0357';
import { PushService } from '@sestina/xep-0357/service';
import { expect, it } from 'vitest';
import { RecordingLogger, RecordingTracer } from '../../support/recorders.js';

const field = (name: string, value: string): string => `<field var='${name}'><value>${value}</value></field>`;
const form = (type: string, ...fields: string[]): string =>
  `<x xmlns='jabber:x:data' type='submit'>${field('FORM_TYPE', type)}${fields.join('')}</x>`;
const OPTIONS = 'http://jabber.org/protocol/pubsub#publish-options';

it('neither what a push service is given nor what people say is in a trace or a log', async () => {
  const [tracer, logger] = [new RecordingTracer(), new RecordingLogger()];
  const seen = (): string => [...tracer.sent, ...tracer.received, ...logger.lines].join('\n');
  const client = await ScriptedStream.start({
    jid: 'romeo@example.org/phone',
    plugins: [PushNotifications],
    options: { tracer, logger },
  });
  const push = client.xmpp.plugin(PushNotifications);
  const done = push.enable({ service: 'push.example', node: 'n', options: { secret: 'hunter2', pin: 'hunter3' } });
  done.catch(() => {});
  await client.recvResult(
    await client.nextSent(),
    `<query xmlns='http://jabber.org/protocol/disco#info'><feature var='${NS_PUSH}'/></query>`,
  );
  const request = await client.nextSent();
  expect(`${request}`).toContain('hunter3');
  await client.recv(
    `<iq type='error' id='${request.attribute('id')}' from='romeo@example.org'>${request.firstElement}<error type='wait'><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
  );
  await expect(done).rejects.toThrow(/^(?!.*hunter)/s);
  expect(seen()).toContain('enable');
  expect(seen()).not.toContain('hunter');
  await client.close();

  const component = await ScriptedStream.start({
    jid: 'push.example',
    kind: 'component',
    plugins: [PushService],
    options: { tracer, logger },
  });
  component.xmpp.plugin(PushService).add('n', { secret: 'hunter2' }, () => {
    throw new Error('no route');
  });
  const summary = form('urn:xmpp:push:summary', field('last-message-body', 'hunter4'));
  await component.recv(
    `<iq type='set' id='p' from='example.org' to='push.example'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='n'><item><notification xmlns='${NS_PUSH}'>${summary}</notification></item></publish><publish-options>${form(OPTIONS, field('secret', 'hunter2'))}</publish-options></pubsub></iq>`,
  );
  expect((await component.nextSent()).child('error')?.attribute('type')).toBe('wait');
  expect(seen()).toContain('publish-options');
  expect(seen()).not.toContain('hunter');
  await component.close();
});
