import {
  BaseXMPP,
  DisconnectedError,
  PluginError,
  Registration,
  StanzaError,
  TimeoutError,
  XmlElement,
} from '@sestina/core';
import { ScriptedStream } from '@sestina/testing';
import { type BindFeature, BindFeatures } from '@sestina/xep-0386/inline';
import { describe, expect, it } from 'vitest';
import { MessageCarbons, NS_CARBONS } from '../src/index.js';
import { ACCOUNT, carbon, DISABLE, ENABLE, JULIET, OTHER, said, useClients } from './helpers.js';

const client = useClients();

describe('enabling', () => {
  it('is the first that a session asks for', async () => {
    const { stream, xmpp, carbons, changes } = await client();
    xmpp.sendPresence();
    expect(carbons.enabled).toBe(false);
    const request = await stream.expectSent(ENABLE);
    await stream.expectSent('<presence/>');
    await stream.recvResult(request);
    expect([carbons.enabled, changes]).toEqual([true, [{ enabled: true, error: undefined }]]);
  });

  it.each(['forbidden', 'service-unavailable', 'feature-not-implemented'] as const)(
    'that is refused with %s is no failure of the session',
    async (condition) => {
      const { stream, carbons, changes } = await client();
      await stream.recvError(await stream.nextSent(), condition);
      expect(carbons.enabled).toBe(false);
      expect(changes).toEqual([{ enabled: false, error: expect.any(StanzaError) }]);
      expect(stream.errors).toEqual([]);
    },
  );

  it('that nobody answers is none either', async () => {
    const { stream, changes } = await client();
    await stream.clock.advance(31_000);
    expect(changes).toEqual([{ enabled: false, error: expect.any(TimeoutError) }]);
    expect(stream.errors).toEqual([]);
  });

  it('waits for the application where that says so, and goes on in the next session', async () => {
    const { stream, carbons, changes } = await client({ auto: false });
    await stream.expectNothingSent();
    const enabling = carbons.enable();
    await stream.recvResult(await stream.expectSent(ENABLE));
    await enabling;
    expect(carbons.enabled).toBe(true);
    const again = carbons.enable();
    await stream.recvResult(await stream.expectSent(ENABLE));
    await again;
    expect(changes).toHaveLength(1);
    await stream.drop();
    await stream.connect();
    await stream.recvResult(await stream.expectSent(ENABLE));
    expect(changes.map(({ enabled }) => enabled)).toEqual([true, false, true]);
  });

  it('is not asked for any more once somebody has disabled it', async () => {
    const { stream, carbons, changes } = await client();
    await stream.recvResult(await stream.nextSent());
    const disabling = carbons.disable();
    await stream.recvResult(await stream.expectSent(DISABLE));
    await disabling;
    await stream.drop();
    await stream.connect();
    await stream.expectNothingSent();
    expect(changes.map(({ enabled }) => enabled)).toEqual([true, false]);
  });

  it('is refused an option that is none', async () => {
    await expect(client({ auto: 'yes' })).rejects.toMatchObject({ code: 'ERR_CONFIG', option: 'auto' });
  });

  it('rejects where it was asked for by hand', async () => {
    const { stream, carbons, changes } = await client({ auto: false });
    const refused = expect(carbons.enable()).rejects.toMatchObject({ condition: 'forbidden' });
    await stream.recvError(await stream.nextSent(), 'forbidden');
    await refused;
    const late = expect(carbons.enable({ timeout: 5 })).rejects.toBeInstanceOf(TimeoutError);
    await stream.clock.advance(10);
    await late;
    const stop = new AbortController();
    const stopped = expect(carbons.enable({ signal: stop.signal })).rejects.toThrow('enough');
    stop.abort(new Error('enough'));
    await stopped;
    expect(changes).toEqual([]);
  });

  it('and disabling tell when something changes', async () => {
    const { stream, carbons, changes } = await client();
    await stream.recvResult(await stream.nextSent());
    const disabling = carbons.disable();
    await stream.recvResult(await stream.expectSent(DISABLE));
    await disabling;
    expect([carbons.enabled, changes.map(({ enabled }) => enabled)]).toEqual([false, [true, false]]);
  });
});

describe('enabling within the login', () => {
  /** What asks for something while a resource is bound: it does so as each session begins. */
  class Binding extends BindFeatures {
    static override readonly id = 'binding';
    static override readonly provides = [BindFeatures] as const;
    static override readonly inject = [BaseXMPP] as const;
    static transport: unknown;
    feature: BindFeature | undefined;
    asked: string | undefined;

    constructor(readonly xmpp: BaseXMPP) {
      super();
    }

    inline(feature: BindFeature): Registration {
      this.feature = feature;
      return new Registration(() => {
        this.feature = undefined;
      });
    }

    override sessionStart(): void {
      const transport = Binding.transport ?? this.xmpp.transport;
      const context = { link: { transport } } as never;
      this.asked = this.feature?.request?.(context)?.name;
      this.feature?.response?.(new XmlElement('bound', 'urn:xmpp:bind:0'), context);
    }
  }

  it.each([
    ['they are not asked for again', true, undefined, 'enable', true, 0],
    ['nothing is asked for where that is not wanted', false, undefined, undefined, false, 0],
    ['they are asked for where that was on another connection', true, {}, 'enable', false, 1],
  ])('%s', async (_what, auto, transport, asked, enabled, sent) => {
    Binding.transport = transport;
    const plugins = [Binding, [MessageCarbons, { auto }]] as never;
    const { stream, xmpp, carbons } = await client({}, { plugins });
    expect([xmpp.plugin(Binding).asked, carbons.enabled, stream.sent.length]).toEqual([asked, enabled, sent]);
    expect(xmpp.plugin(Binding).feature?.namespace).toBe(NS_CARBONS);
    xmpp.remove(MessageCarbons);
    expect(xmpp.plugin(Binding).feature).toBeUndefined();
    stream.skipSent();
  });
});

describe('the end', () => {
  it('of the session is the end of the copies', async () => {
    const { stream, carbons, changes } = await client();
    await stream.recvResult(await stream.nextSent());
    await stream.recv('</stream:stream>');
    await stream.idle();
    expect([carbons.enabled, changes.at(-1)]).toEqual([false, { enabled: false, error: undefined }]);
  });

  it('of the plugin ends them at the server, and leaves nothing behind', async () => {
    const { stream, xmpp, carbons, heard } = await client();
    await stream.recvResult(await stream.nextSent());
    const { handlers } = xmpp;
    expect(xmpp.remove(MessageCarbons)).toBe(true);
    await stream.recvResult(await stream.expectSent(DISABLE));
    await expect(carbons.enable()).rejects.toBeInstanceOf(PluginError);
    expect(xmpp.handlers).toEqual(handlers);
    // What comes then is what it was before: an empty message of our account.
    await stream.recv(carbon('received', said(JULIET, OTHER)));
    expect(heard.plain.map(({ from }) => from?.full)).toEqual([ACCOUNT]);
  });

  it('of a plugin that never was enabled says nothing', async () => {
    const { stream, xmpp } = await client({ auto: false });
    xmpp.remove(MessageCarbons);
    await stream.expectNothingSent();
  });

  it('of the connection rejects what waits', async () => {
    const { stream, carbons } = await client({ auto: false });
    const lost = expect(carbons.enable()).rejects.toBeInstanceOf(DisconnectedError);
    await stream.nextSent();
    await stream.close();
    await lost;
  });
});

describe('a message that is not to be copied', () => {
  it('says so, to one resource also to the server of the other side (example 14)', async () => {
    const { stream, xmpp } = await client();
    stream.skipSent();
    await stream.idle();
    stream.skipSent();
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b', noCarbons: true });
    await stream.expectSent(
      `<message to='${JULIET}' type='chat' id='*'><body>b</body><private xmlns='${NS_CARBONS}'/><no-copy xmlns='urn:xmpp:hints'/></message>`,
    );
    const message = xmpp.message({ noCarbons: true, type: 'chat', body: 'b' });
    message.to = 'juliet@capulet.example';
    message.send();
    await stream.expectSent(
      `<message to='juliet@capulet.example' type='chat' id='*'><private xmlns='${NS_CARBONS}'/><body>b</body></message>`,
    );
    const marked = xmpp.message({ to: JULIET, type: 'chat', noCarbons: true });
    marked.xml.append(new XmlElement('no-copy', 'urn:xmpp:hints'));
    marked.send();
    expect((await stream.nextSent()).childrenNamed('no-copy', 'urn:xmpp:hints')).toHaveLength(1);
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b' });
    xmpp.sendMessage({ type: 'chat', body: 'b', noCarbons: true });
    for (const _ of [1, 2]) expect((await stream.nextSent()).child('no-copy', 'urn:xmpp:hints')).toBeUndefined();
    message.noCarbons = false;
    expect(message.xml.child('private', NS_CARBONS)).toBeUndefined();
  });
});

describe('a component', () => {
  it('is told that it has no copies', async () => {
    const stream = await ScriptedStream.start({ kind: 'component' });
    try {
      expect(() => stream.xmpp.use(MessageCarbons)).toThrow(PluginError);
    } finally {
      await stream.close();
    }
  });
});
