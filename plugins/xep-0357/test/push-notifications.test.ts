import type { XmlElement } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_PUSH, PushNotifications, type PushNotificationsOptions } from '../src/index.js';

const OWN = 'user@example.com/mobile';
const ACCOUNT = 'user@example.com';
const SERVICE = 'push-5.client.example';
const streams = useStreams(afterEach);

async function start(options: Partial<PushNotificationsOptions> = {}, features: readonly string[] = [NS_PUSH]) {
  const warnings: string[] = [];
  const logger = { debug() {}, info() {}, error() {}, warn: (text: string) => void warnings.push(text) };
  const plugins = [[PushNotifications, options]] as never;
  const stream = await ScriptedStream.start({ jid: OWN, plugins, options: { logger: logger as never } });
  streams.keep(stream);
  const push = stream.xmpp.plugin(PushNotifications);
  const told: [node: string, again: boolean][] = [];
  stream.xmpp.on('pushEnabled', ({ node, again }) => told.push([node, again]));
  /** Says what the account has; asked once in a session. */
  const account = async (): Promise<void> => {
    const request = await stream.nextSent();
    expect(request.attribute('to')).toBe(ACCOUNT);
    const query = features.map((feature) => `<feature var='${feature}'/>`).join('');
    await stream.recvResult(request, `<query xmlns='http://jabber.org/protocol/disco#info'>${query}</query>`);
  };
  const asked = async (): Promise<XmlElement> => {
    const request = await stream.nextSent();
    expect([request.attribute('to'), request.attribute('type')]).toEqual([ACCOUNT, 'set']);
    return request;
  };
  return { stream, push, told, account, asked, warnings };
}

describe('push notifications', () => {
  it('are enabled at the account, with what the push service wants to be told', async () => {
    const { stream, push, told, account } = await start();
    const done = push.enable({ service: SERVICE, node: 'yxs32', options: { secret: 'eruio234', app: 'x' } });
    await account();
    const request = await stream.expectSent(
      `<iq type='set' id='*' to='${ACCOUNT}'><enable xmlns='${NS_PUSH}' jid='${SERVICE}' node='yxs32'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#publish-options</value></field><field var='secret'><value>eruio234</value></field><field var='app'><value>x</value></field></x></enable></iq>`,
    );
    expect(push.enabled).toEqual([]);
    await stream.recvResult(request);
    await done;
    expect([told, push.enabled.map(({ node, service }) => [node, service.full])]).toEqual([
      [['yxs32', false]],
      [['yxs32', SERVICE]],
    ]);
    const off = push.disable({ service: SERVICE, node: 'yxs32' });
    await stream.recvResult(
      await stream.expectSent(
        `<iq type='set' id='*' to='${ACCOUNT}'><disable xmlns='${NS_PUSH}' jid='${SERVICE}' node='yxs32'/></iq>`,
      ),
    );
    await off;
    expect(push.enabled).toEqual([]);
  });

  it('are enabled again in each new session, before anything else is asked, and only then', async () => {
    const { stream, push, told, account, asked } = await start();
    const options = { secret: 's' };
    const done = push.enable({ service: SERVICE, node: 'n', options });
    await account();
    await stream.recvResult(await asked());
    await done;
    // What it was enabled with counts, and not what the program does with that.
    options.secret = 'other';
    await stream.disconnect();
    expect(push.enabled).toEqual([]);
    for (let i = 0; i < 2; i++) {
      stream.skipSent();
      await stream.connect();
      const request = await asked();
      expect(request.child('enable', NS_PUSH)?.toString()).toContain('<value>s</value>');
      await stream.expectNothingSent();
      await stream.recvResult(request);
      expect(push.enabled).toHaveLength(1);
      if (i === 0) await stream.disconnect();
    }
    expect(told).toEqual([
      ['n', false],
      ['n', true],
      ['n', true],
    ]);
  });

  it('are enabled after what other plugins do, where that is wanted', async () => {
    const { stream, push, account, asked } = await start({ enableAt: 'sessionReady' });
    const done = push.enable({ service: SERVICE, node: 'n' });
    await account();
    const request = await asked();
    expect(request.firstElement?.children).toEqual([]);
    await stream.recvResult(request);
    await done;
    await stream.disconnect();
    await stream.connect();
    await stream.recvResult(await asked());
    await stream.expectNothingSent();
    expect(push.enabled).toHaveLength(1);
  });

  it('are not for a server that has none', async () => {
    const { stream, push, account } = await start({}, []);
    const done = expect(push.enable({ service: SERVICE, node: 'n' })).rejects.toMatchObject({
      code: 'ERR_PUSH_UNSUPPORTED',
      account: ACCOUNT,
    });
    await account();
    await done;
    await stream.disconnect();
    await stream.connect();
    await stream.expectNothingSent();
    for (const node of ['', 5 as never]) {
      await expect(push.enable({ service: SERVICE, node })).rejects.toMatchObject({ option: 'node' });
    }
    await expect(push.enable({ service: '@', node: 'n' })).rejects.toMatchObject({ code: 'ERR_JID' });
  });

  it('that the server refuses are not enabled again, and those that were go on', async () => {
    const { stream, push, account, asked, warnings } = await start();
    const refused = expect(push.enable({ service: SERVICE, node: 'n' })).rejects.toMatchObject({
      condition: 'not-allowed',
    });
    await account();
    await stream.recvError(await asked(), 'not-allowed');
    await refused;
    const done = push.enable({ service: SERVICE, node: 'n', options: { secret: 'one' } });
    await stream.recvResult(await asked());
    await done;
    const worse = push.enable({ service: SERVICE, node: 'n', options: { secret: 'two' } });
    worse.catch(() => {});
    await stream.recvError(await asked(), 'internal-server-error');
    await expect(worse).rejects.toMatchObject({ condition: 'internal-server-error' });
    await stream.disconnect();
    await stream.connect();
    const again = await asked();
    expect(`${again}`).toContain('one');
    await stream.recvError(again, 'resource-constraint');
    expect(push.enabled).toEqual([]);
    expect(warnings.filter((text) => text.includes('push notifications are off'))).toHaveLength(1);
    expect(warnings.join()).not.toContain('one');
  });

  it('whose enabling is cut short by the connection are enabled in the next session', async () => {
    const { stream, push, account, asked } = await start();
    const done = push.enable({ service: SERVICE, node: 'n' });
    done.catch(() => {});
    await account();
    await asked();
    await stream.disconnect();
    await expect(done).rejects.toBeInstanceOf(Error);
    await stream.connect();
    await stream.recvResult(await asked());
    expect(push.enabled).toHaveLength(1);
  });

  it('that are disabled or given up while they are enabled stay off', async () => {
    const { stream, push, told, account, asked } = await start();
    const enabling = push.enable({ service: SERVICE, node: 'n' });
    await account();
    const request = await asked();
    const disabling = push.disable({ service: SERVICE });
    const disable = await asked();
    await stream.recvResult(request);
    await stream.recvResult(disable);
    await Promise.all([enabling, disabling]);
    const controller = new AbortController();
    const given = push.enable({ service: SERVICE, node: 'm' }, { signal: controller.signal });
    given.catch(() => {});
    await asked();
    controller.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    await stream.disconnect();
    await stream.connect();
    await stream.expectNothingSent();
    expect([told, push.enabled]).toEqual([[], []]);
  });

  it('of a device whose node is another one now are disabled for the old one', async () => {
    const { stream, push, account, asked } = await start();
    const done = push.enable({ service: SERVICE, node: 'new', replace: 'old' });
    await account();
    const disable = await asked();
    expect(disable.child('disable', NS_PUSH)?.attribute('node')).toBe('old');
    await stream.recvError(disable, 'item-not-found');
    await stream.recvResult(await asked());
    await done;
    const same = push.enable({ service: SERVICE, node: 'new', replace: 'new' });
    await stream.recvResult(await asked());
    await same;
    await stream.expectNothingSent();
    expect(push.enabled).toHaveLength(1);
  });

  it('of other nodes go on where one is disabled, also at servers that mean the whole session by it', async () => {
    const { stream, push, told, account, asked, warnings } = await start();
    for (const node of ['a', 'b', 'c']) {
      const done = push.enable({ service: SERVICE, node });
      if (node === 'a') await account();
      await stream.recvResult(await asked());
      await done;
    }
    const off = push.disable({ service: SERVICE, node: 'a' });
    await stream.recvResult(await asked());
    const again = [await asked(), await asked()];
    expect(again.map((each) => each.child('enable', NS_PUSH)?.attribute('node'))).toEqual(['b', 'c']);
    await stream.recvResult(again[0] as XmlElement);
    await stream.recvError(again[1] as XmlElement, 'resource-constraint');
    await off;
    expect([told.length, push.enabled.map(({ node }) => node), warnings.length]).toEqual([3, ['b'], 1]);
    expect(warnings[0]).toMatch(/of another node are off.*resource-constraint/);
    const lost = expect(push.disable({ service: SERVICE, node: 'c' })).rejects.toMatchObject({
      code: 'ERR_SESSION_LOST',
    });
    await stream.recvResult(await asked());
    await asked();
    await stream.disconnect();
    await lost;
  });

  it('that cannot be disabled are so nevertheless for the next session', async () => {
    const { stream, push, account, asked } = await start();
    const done = push.enable({ service: SERVICE, node: 'n' });
    await account();
    await stream.recvResult(await asked());
    await done;
    const refused = expect(push.disable({ service: SERVICE })).rejects.toMatchObject({ condition: 'not-allowed' });
    await stream.recvError(await asked(), 'not-allowed');
    await refused;
    await stream.disconnect();
    await stream.connect();
    await stream.expectNothingSent();
  });

  it('are no word in the log where the plugin is removed while they are enabled again', async () => {
    const { stream, push, account, asked, warnings } = await start();
    const done = push.enable({ service: SERVICE, node: 'n' });
    await account();
    await stream.recvResult(await asked());
    await done;
    await stream.disconnect();
    await stream.connect();
    await asked();
    stream.xmpp.remove(PushNotifications);
    await stream.idle();
    expect(warnings).toEqual([]);
  });

  it('are of nobody else: an answer from a stranger is none', async () => {
    const { stream, push, account, asked } = await start();
    const done = push.enable({ service: SERVICE, node: 'n' });
    await account();
    const request = await asked();
    for (const from of ['evil@example.com', SERVICE, OWN.replace('mobile', 'other')]) {
      await stream.recv(`<iq type='result' id='${request.attribute('id')}' from='${from}'/>`);
    }
    expect(push.enabled).toEqual([]);
    await stream.recvResult(request);
    await done;
  });

  it('end with the plugin', async () => {
    const { stream, push, account, asked } = await start();
    const done = push.enable({ service: SERVICE, node: 'n' });
    await account();
    await stream.recvResult(await asked());
    await done;
    stream.xmpp.remove(PushNotifications);
    await stream.disconnect();
    await stream.connect();
    await stream.expectNothingSent();
    await expect(push.disable({ service: SERVICE })).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING' });
    await expect(ScriptedStream.start({ kind: 'component', plugins: [PushNotifications] })).rejects.toThrow('xep-0357');
  });
});
