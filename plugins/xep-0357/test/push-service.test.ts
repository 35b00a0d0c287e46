import { StanzaError } from '@sestina/core';
import { ScriptedStream } from '@sestina/testing';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_PUSH } from '../src/index.js';
import { type PushNotification, PushService, type PushServiceOptions } from '../src/service/index.js';

const OWN = 'push.client.example';
const OWNER = 'user@example.com';
const started: ScriptedStream[] = [];
afterEach(async () => {
  for (const stream of started.splice(0)) await stream.close();
});

const field = (name: string, value: string): string => `<field var='${name}'><value>${value}</value></field>`;
const summary = (...fields: string[]): string =>
  `<x xmlns='jabber:x:data' type='submit'>${field('FORM_TYPE', 'urn:xmpp:push:summary')}${fields.join('')}</x>`;

async function start(options: Partial<PushServiceOptions> = {}) {
  const stream = await ScriptedStream.start({
    jid: OWN,
    kind: 'component',
    plugins: [[PushService, options]] as never,
  });
  started.push(stream);
  const service = stream.xmpp.plugin(PushService);
  const told: PushNotification[] = [];
  stream.xmpp.on('pushNotification', (notification) => told.push(notification));
  let count = 0;
  /** Publishes as a server does, and gives the answer: `result`, or type and condition of the error. */
  const publish = async ({ from = 'example.com', node = 'n', secret = 's', inside = '' } = {}): Promise<string> => {
    count += 1;
    stream.skipSent();
    const form = `<x xmlns='jabber:x:data' type='submit'>${field('FORM_TYPE', 'http://jabber.org/protocol/pubsub#publish-options')}${secret && field('secret', secret)}</x>`;
    await stream.recv(
      `<iq type='set' from='${from}' to='${OWN}' id='p${count}'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='${node}'><item><notification xmlns='${NS_PUSH}'>${inside}</notification></item></publish><publish-options>${form}</publish-options></pubsub></iq>`,
    );
    const answer = await stream.nextSent();
    const error = answer.child('error');
    return error ? `${error.attribute('type')} ${error.firstElement?.name}` : (answer.attribute('type') ?? '');
  };
  const later = (): Promise<void> => stream.clock.advance(1_000);
  return { stream, service, told, publish, later };
}

describe('a push service', () => {
  it('takes what the server of an account tells, and wakes up the device', async () => {
    const { service, told, publish } = await start();
    const woken: PushNotification[] = [];
    service.add('n', { secret: 's', owner: `${OWNER}/x` }, (notification) => void woken.push(notification));
    const fields = [
      field('message-count', '33'),
      field('pending-subscription-count', '0'),
      field('last-message-sender', 'juliet@capulet.example/balcony'),
      field('last-message-body', 'Wherefore'),
    ];
    expect(await publish({ inside: `${summary(...fields)}<additional xmlns='urn:custom'>more</additional>` })).toBe(
      'result',
    );
    expect(told).toEqual(woken);
    const [{ node, account, summary: said, xml } = {} as PushNotification] = told;
    expect([node, account?.full, said.messages, said.subscriptions, said.sender?.full, said.body]).toEqual([
      'n',
      OWNER,
      33,
      0,
      'juliet@capulet.example/balcony',
      'Wherefore',
    ]);
    expect([xml.child('additional', 'urn:custom')?.text, xml.readOnly]).toEqual(['more', true]);
  });

  it('reads of a summary what can be read', async () => {
    const { service, told, publish, later } = await start();
    service.add('n', { secret: 's' });
    for (const inside of [
      summary(
        field('message-count', '-1'),
        field('last-message-sender', '@@'),
        field('pending-subscription-count', '1e9'),
      ),
      `<x xmlns='jabber:x:data'>${field('message-count', '1')}</x>`,
      '',
    ]) {
      expect(await publish({ inside })).toBe('result');
      await later();
    }
    expect(told.map((each) => each.summary)).toEqual([{}, {}, {}]);
  });

  it('believes nobody but the server of the account, with the secret', async () => {
    const { service, told, publish, later } = await start();
    service.add('n', { secret: 's', owner: OWNER });
    for (const secret of ['', 'S', 'ss', 'x'.repeat(10_000)]) expect(await publish({ secret })).toBe('auth forbidden');
    for (const from of [
      'evil.example',
      'x.example.com',
      `${OWNER}/mobile`,
      'other@example.com',
      'example.com/x',
      OWN,
    ]) {
      expect(await publish({ from })).toBe('auth forbidden');
    }
    expect(told).toEqual([]);
    expect(await publish()).toBe('result');
    await later();
    expect(await publish({ from: OWNER })).toBe('result');
    await later();
    service.add('any', { secret: 's' });
    expect(await publish({ node: 'any', from: 'elsewhere.example' })).toBe('result');
    await later();
    expect(await publish({ node: 'any', from: 'juliet@elsewhere.example' })).toBe('result');
    expect(await publish({ node: 'any', from: 'juliet@elsewhere.example/x' })).toBe('auth forbidden');
    expect(told.map(({ account }) => account?.full)).toEqual([OWNER, OWNER, undefined, 'juliet@elsewhere.example']);
  });

  it('has servers stop where there is no device any more', async () => {
    const { service, publish, later } = await start();
    expect(await publish()).toBe('cancel item-not-found');
    const added = service.add('n', { secret: 's', owner: OWNER });
    added.dispose();
    expect(await publish()).toBe('cancel item-not-found');
    const old = service.add('n', { secret: 'old', owner: OWNER });
    service.add('n', { secret: 's', owner: OWNER });
    old.dispose();
    expect(await publish()).toBe('result');
    await later();
    expect([service.remove('n'), service.remove('n'), service.size]).toEqual([true, false, 0]);
    expect(await publish()).toBe('cancel item-not-found');
    service.add('n', { secret: 's' }, async () => {
      throw new StanzaError('item-not-found');
    });
    expect(await publish()).toBe('cancel item-not-found');
    expect(service.size).toBe(0);
    // The device came back while it was found out that it is gone.
    service.add('n', { secret: 's' }, () => {
      service.add('n', { secret: 's' });
      throw new StanzaError('item-not-found');
    });
    await later();
    await publish();
    expect(service.size).toBe(1);
  });

  it('has servers try again later where it could not be delivered', async () => {
    const { stream, service, publish, later } = await start({ deliverTimeout: 5_000 });
    service.add('n', { secret: 's' }, () => {
      throw new Error('no route');
    });
    expect(await publish()).toBe('wait internal-server-error');
    expect(stream.errors).toMatchObject([{ error: { message: 'no route' }, where: 'delivering a push notification' }]);
    service.add('n', { secret: 's' }, () => {
      throw new StanzaError('policy-violation');
    });
    await later();
    expect([await publish(), service.size]).toEqual(['modify policy-violation', 1]);
    await later();
    let stopped: AbortSignal | undefined;
    service.add('n', { secret: 's' }, (_notification, signal) => {
      stopped = signal;
      return new Promise(() => {});
    });
    const answer = publish();
    await stream.idle();
    await stream.clock.advance(5_000);
    expect(await answer).toBe('wait internal-server-error');
    expect(service.size).toBe(1);
    stream.xmpp.remove(PushService);
    expect([stopped?.aborted, service.size]).toEqual([true, 0]);
  });

  it('wakes up a device once in a second, and strangers have no share in that', async () => {
    const { service, told, publish, later } = await start();
    service.add('n', { secret: 's', owner: OWNER });
    service.add('m', { secret: 's', owner: OWNER });
    for (let i = 0; i < 20; i++) await publish({ from: 'evil.example' });
    expect([await publish(), await publish(), await publish({ node: 'm' })]).toEqual([
      'result',
      'wait resource-constraint',
      'result',
    ]);
    await later();
    expect(await publish()).toBe('result');
    expect(told).toHaveLength(3);
  });

  it('is told nothing else', async () => {
    const { stream, service, told } = await start();
    service.add('n', { secret: 's' });
    const ask = async (inside: string): Promise<string | undefined> => {
      stream.skipSent();
      await stream.recv(
        `<iq type='set' from='example.com' to='${OWN}' id='q'><pubsub xmlns='http://jabber.org/protocol/pubsub'>${inside}</pubsub></iq>`,
      );
      return (await stream.nextSent()).child('error')?.firstElement?.name;
    };
    const options = `<publish-options><x xmlns='jabber:x:data' type='submit'>${field('FORM_TYPE', 'http://jabber.org/protocol/pubsub#publish-options')}${field('secret', 's')}</x></publish-options>`;
    expect(await ask(`<subscribe node='n' jid='example.com'/>`)).toBe('feature-not-implemented');
    expect(await ask(`<publish><item/></publish>`)).toBe('item-not-found');
    expect(await ask(`<publish node='n'/>${options}`)).toBe('bad-request');
    expect(await ask(`<publish node='n'><item><other xmlns='urn:x'/></item></publish>${options}`)).toBe('bad-request');
    const other = options.replace('#publish-options<', '#other<');
    expect(await ask(`<publish node='n'><item><notification xmlns='${NS_PUSH}'/></item></publish>${other}`)).toBe(
      'forbidden',
    );
    expect(told).toEqual([]);
  });

  it('says what it is, and has devices that can be told apart', async () => {
    const { stream, service } = await start();
    const info = await stream.xmpp.plugin(ServiceDiscovery).ownInfo();
    expect([info.identity('pubsub', 'push') !== undefined, info.has(NS_PUSH)]).toEqual([true, true]);
    for (const name of ['publish', 'publish-options']) {
      expect(info.has(`http://jabber.org/protocol/pubsub#${name}`)).toBe(true);
    }
    for (const node of ['', 5 as never]) expect(() => service.add(node, { secret: 's' })).toThrow('node');
    expect(() => service.add('n', { secret: '' })).toThrow('secret');
    expect(() => service.add('n', { secret: 's', owner: '@' })).toThrow();
    stream.xmpp.remove(PushService);
    expect(() => service.add('n', { secret: 's' })).toThrow('xep-0357-service');
  });
});
