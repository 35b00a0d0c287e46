import { BaseXMPP, Iq, Message, Plugin, StanzaError, XmlElement } from '@sestina/core';
import {
  RosterDifferenceError,
  ScriptError,
  ScriptedStream,
  type ScriptedStreamOptions,
  TestXMPP,
  XmlDifferenceError,
} from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';

const open: ScriptedStream[] = [];

async function start(options?: ScriptedStreamOptions): Promise<ScriptedStream> {
  const stream = await ScriptedStream.start(options);
  open.push(stream);
  return stream;
}

afterEach(async () => {
  for (const stream of open.splice(0)) await stream.close();
});

class EchoOptions {
  prefix = '';
}

class Echo extends Plugin {
  static override readonly id = 'xep-9999';
  static override readonly Options = EchoOptions;
  static override readonly inject = [BaseXMPP, EchoOptions] as const;

  constructor(xmpp: BaseXMPP, options: EchoOptions) {
    super();
    this.own(
      xmpp.onMessage(async (message) => {
        await Promise.resolve();
        message.reply(options.prefix + message.body).send();
      }),
    );
  }
}

describe('ScriptedStream', () => {
  it('starts as alice on example.org, with a session', async () => {
    const stream = await start();
    stream.expectJid({ full: 'alice@example.org/phone' });
    expect([stream.xmpp.online, stream.xmpp.isComponent, stream.xmpp.serverDomain]).toEqual([
      true,
      false,
      'example.org',
    ]);
    await stream.expectHeader({ to: 'example.org', version: '1.0', from: undefined });
    await stream.expectNothingSent();
  });

  it('starts as a component', async () => {
    const stream = await start({ kind: 'component' });
    expect([stream.xmpp.online, stream.xmpp.isComponent]).toEqual([true, true]);
    expect((await stream.expectHeader({ version: undefined })).contentNamespace).toBe('jabber:component:accept');
    const got: string[] = [];
    stream.xmpp.on('message', (message) => got.push(`${message.to}: ${message.body}`));
    await stream.recv("<message from='bob@example.net/x' to='bot@component.example.org'><body>hi</body></message>");
    expect(got).toEqual(['bot@component.example.org: hi']);
    stream.xmpp.sendMessage({ from: 'bot@component.example.org', to: 'bob@example.net', body: 'hello' });
    await stream.expectSent(
      "<message id='*' from='bot@component.example.org' to='bob@example.net'><body>hello</body></message>",
    );
  });

  it('has run the asynchronous handlers when recv() resolves', async () => {
    const stream = await start({ plugins: [[Echo, { prefix: 'you said: ' }]] });
    await stream.recv("<message from='bob@example.net/x' type='chat'><body>hi</body></message>");
    expect(stream.sent).toHaveLength(1);
    await stream.expectSent("<message id='*' to='bob@example.net/x' type='chat'><body>you said: hi</body></message>");
    await stream.expectNothingSent();
  });

  it('installs plugins without options too', async () => {
    const stream = await start({ plugins: [Echo] });
    expect(stream.xmpp.plugins.ids).toEqual(['xep-9999']);
  });

  it('makes the same ids each time', async () => {
    const ids = async (): Promise<string[]> => {
      const stream = await start();
      stream.xmpp.sendMessage({ to: 'bob@example.net', body: '1' });
      return [(await stream.nextSent()).attribute('id') ?? ''];
    };
    expect(await ids()).toEqual(await ids());
  });

  it('shows how what was sent differs', async () => {
    const stream = await start();
    stream.xmpp.sendMessage({ to: 'bob@example.net', body: 'no' });
    const act = stream.expectSent("<message id='*' to='bob@example.net'><body>yes</body></message>");
    await expect(act).rejects.toThrow(XmlDifferenceError);
    await expect(act).rejects.toThrow("/message/body: text 'no' against text 'yes'");
  });

  it('does not take an attribute that is missing for any value of it', async () => {
    const stream = await start();
    stream.xmpp.sendPresence();
    await expect(stream.expectSent("<presence id='*'/>")).rejects.toThrow("/presence@id: none against '*'");
  });

  it('takes a wildcard below the stanza too', async () => {
    const stream = await start();
    const message = new Message({ id: '1', to: stream.xmpp.requestedJid.bare });
    message.xml.append(new XmlElement('x', 'urn:x', { at: '2024-01-01' }));
    stream.xmpp.send(message);
    await stream.expectSent("<message id='1' to='alice@example.org'><x xmlns='urn:x' at='*'/></message>");
  });

  it('says what was expected where nothing was sent', async () => {
    const stream = await start();
    const act = stream.expectSent("<presence type='unavailable'/>", { timeout: 20 });
    await expect(act).rejects.toThrow(ScriptError);
    await expect(act).rejects.toThrow("expected was\n<presence xmlns='jabber:client' type='unavailable'/>");
  });

  it('says what was sent where nothing should have been', async () => {
    const stream = await start();
    stream.xmpp.sendPresence();
    await expect(stream.expectNothingSent()).rejects.toThrow('<presence');
    stream.skipSent();
    await stream.expectNothingSent();
  });

  it('answers requests with a result or an error', async () => {
    const stream = await start();
    const first = stream.xmpp.iqGet('bob@example.net', new Iq({ type: 'get' }));
    const request = await stream.nextSent();
    await stream.recvResult(request, "<x xmlns='urn:x'/>");
    expect((await first).xml.firstElement?.namespace).toBe('urn:x');
    const second = stream.xmpp.iqGet('bob@example.net', new Iq({ type: 'get' }));
    second.catch(() => undefined);
    await stream.recvError(await stream.nextSent(), 'forbidden');
    await expect(second).rejects.toThrow(StanzaError);
    await expect(second).rejects.toMatchObject({ condition: 'forbidden', type: 'auth' });
  });

  it('lets a request time out on the virtual clock', async () => {
    const stream = await start();
    const asked = stream.xmpp.iqGet('bob@example.net', new Iq({ type: 'get' }));
    asked.catch(() => undefined);
    await stream.nextSent();
    await stream.clock.advance(30_000);
    await expect(asked).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  it('collects what handlers throw', async () => {
    const stream = await start();
    stream.xmpp.onMessage(() => {
      throw new Error('broken');
    });
    await stream.recv("<message from='bob@example.net/x'><body>hi</body></message>");
    expect(stream.errors.map(({ error }) => error.message)).toEqual(['broken']);
  });

  it('leaves header and features to the script', async () => {
    const stream = await start({ header: 'manual' });
    await stream.expectHeader({ to: 'example.org' });
    expect(stream.xmpp.online).toBe(false);
    await stream.recvHeader({ lang: 'en' });
    expect(stream.xmpp.online).toBe(false);
    await stream.sendFeatures("<x xmlns='urn:x'/>");
    await stream.session;
    expect(stream.xmpp.online).toBe(true);
  });

  it('shows a wrong header refused', async () => {
    const stream = await start({ header: 'manual' });
    await stream.recvHeader({ from: 'evil.example' });
    await stream.sendFeatures();
    await expect(stream.session).rejects.toMatchObject({ condition: 'invalid-from' });
    const error = await stream.nextSent();
    expect([error.name, error.firstElement?.name]).toEqual(['error', 'invalid-from']);
    await stream.expectDisconnected();
  });

  it('feeds what is no XML, and hears the stream error for it', async () => {
    const stream = await start();
    await stream.recv('<message></presence>');
    const error = await stream.nextSent();
    expect([error.name, error.firstElement?.name]).toEqual(['error', 'not-well-formed']);
    await stream.expectDisconnected();
  });

  it('ends the stream from either side', async () => {
    const ours = await start();
    await ours.xmpp.disconnect();
    await ours.expectDisconnected();
    const theirs = await start();
    const gone = theirs.xmpp.wait('disconnected');
    await theirs.disconnect();
    await gone;
    await theirs.expectDisconnected();
  });

  it('notices that the connection is still there', async () => {
    const stream = await start();
    await expect(stream.expectDisconnected({ timeout: 20 })).rejects.toThrow('still there');
  });

  it('does not answer the end of the stream where the script does', async () => {
    const stream = await start({ footer: 'manual' });
    const done = stream.xmpp.disconnect();
    await expect(stream.expectDisconnected({ timeout: 20 })).rejects.toThrow('still there');
    await stream.clock.advance(5_000);
    await done;
  });

  it('connects again after a cut', async () => {
    const stream = await start();
    await stream.drop();
    expect(stream.xmpp.online).toBe(false);
    await stream.connect();
    await stream.session;
    stream.xmpp.sendPresence();
    await stream.expectSent('<presence/>');
  });

  it('scripts a connection of the test', async () => {
    const stream = await start({
      connect: (transports, clock) => new TestXMPP('carol@example.com/x', 'client', transports, { clock }),
    });
    expect(stream.xmpp.online).toBe(false);
    await stream.sendFeatures();
    await stream.session;
    stream.expectJid({ bare: 'carol@example.com' });
  });

  it('checks rosters', async () => {
    const stream = await start();
    const owner = 'alice@example.org';
    await stream.xmpp.roster.of(owner).update('bob@example.net', { name: 'Bob', groups: ['Friends'] });
    await stream.recv("<presence from='bob@example.net/x'><show>away</show></presence>");
    const bob = { name: 'Bob', groups: ['Friends'], subscription: 'none', resources: { x: { show: 'away' } } } as const;
    await stream.expectRoster(owner, { 'bob@example.net': bob });
    await expect(stream.expectRoster(owner, {})).rejects.toThrow(RosterDifferenceError);
    await expect(
      stream.expectRoster(owner, { 'bob@example.net': { name: 'Rob', resources: {} }, 'eve@example.net': {} }),
    ).rejects.toThrow(
      'roster of alice@example.org: bob@example.net: name is "Bob", not "Rob"; bob@example.net: resource x is there too; eve@example.net is not in the roster',
    );
  });

  it('keeps two streams apart', async () => {
    const [a, b] = [await start({ plugins: [Echo] }), await start({ plugins: [Echo] })];
    await a.recv("<message from='bob@example.net/x'><body>hi</body></message>");
    await b.expectNothingSent();
    await a.expectSent("<message id='*' to='bob@example.net/x'><body>hi</body></message>");
  });
});
