import { JidError, SessionLostError, StanzaError, TimeoutError } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_PING, Ping } from '../src/index.js';

const UNAVAILABLE = `<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
const streams = useStreams(afterEach);

async function start(options: object = {}, more: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({ jid: 'juliet@capulet.lit/balcony', plugins: [[Ping, options]], ...more });
  streams.keep(stream);
  return { stream, ping: stream.xmpp.plugin(Ping) };
}

describe('answering pings', () => {
  it('answers the server (XEP-0199 examples 1 and 2)', async () => {
    const { stream } = await start();
    await stream.recv(`<iq from='capulet.lit' to='juliet@capulet.lit/balcony' id='s2c1' type='get'>
  <ping xmlns='urn:xmpp:ping'/>
</iq>`);
    // The server fills in `from`.
    await stream.expectSent(`<iq to='capulet.lit' id='s2c1' type='result'/>`);
  });

  it('announces the feature', async () => {
    const { stream } = await start();
    expect([...stream.xmpp.advertised]).toEqual([NS_PING]);
  });

  it('says the same to those who are refused as a server says of an absent resource', async () => {
    const { stream } = await start({ answer: 'contacts' });
    await stream.recv(`<iq from='eve@evil.lit/x' id='p1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await stream.expectSent(`<iq to='eve@evil.lit/x' id='p1' type='error'>${UNAVAILABLE}</iq>`);
    await stream.recv(`<iq id='p2' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await stream.expectSent(`<iq id='p2' type='result'/>`);
  });

  it('neither announces nor answers where it is switched off', async () => {
    const { stream } = await start({ answer: 'nobody' });
    expect([...stream.xmpp.advertised]).toEqual([]);
    await stream.recv(`<iq from='capulet.lit' id='p1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await stream.expectSent(`<iq to='capulet.lit' id='p1' type='error'>${UNAVAILABLE}</iq>`);
  });

  it('does not take a ping of type set for a question', async () => {
    const { stream } = await start();
    await stream.recv(`<iq from='capulet.lit' id='p1' type='set'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await stream.expectSent(`<iq to='capulet.lit' id='p1' type='error'>${UNAVAILABLE}</iq>`);
  });
});

describe('asking', () => {
  it('measures the round trip to the server by the monotonic clock', async () => {
    const { stream, ping } = await start();
    await stream.clock.advance(1_000);
    const rtt = ping.ping();
    const request = await stream.expectSent(`<iq type='get' id='*'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await stream.clock.advance(42);
    stream.clock.jump(-3_600_000);
    await stream.recvResult(request);
    expect(await rtt).toBe(42);
  });

  it('asks another client (XEP-0199 examples 10 and 11)', async () => {
    const { stream, ping } = await start({}, { jid: 'romeo@montague.lit/home' });
    const rtt = ping.ping('juliet@capulet.lit/chamber');
    const request = await stream.expectSent(
      `<iq to='juliet@capulet.lit/chamber' type='get' id='*'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
    await stream.recv(`<iq from='juliet@capulet.lit/chamber'
    to='romeo@montague.lit/home'
    id='${request.attribute('id')}'
    type='result'/>`);
    expect(await rtt).toBe(0);
  });

  it.each([
    [undefined, 'service-unavailable'],
    ['capulet.lit', 'service-unavailable'],
    ['conference.capulet.lit', 'feature-not-implemented'],
    ['romeo@montague.lit', 'service-unavailable'],
    ['romeo@montague.lit/home', 'feature-not-implemented'],
  ] as const)('takes %s as there where it answers %s', async (to, condition) => {
    const { stream, ping } = await start();
    const rtt = ping.ping(to);
    const request = await stream.nextSent();
    await stream.clock.advance(7);
    await stream.recvError(request, condition);
    expect(await rtt).toBe(7);
  });

  it.each([
    [undefined, 'internal-server-error'],
    ['montague.lit', 'remote-server-not-found'],
    ['montague.lit', 'remote-server-timeout'],
    ['romeo@montague.lit', 'forbidden'],
    ['romeo@montague.lit/home', 'recipient-unavailable'],
  ] as const)('rejects for %s where the answer is %s', async (to, condition) => {
    const { stream, ping } = await start();
    const rtt = ping.ping(to);
    const request = await stream.nextSent();
    const rejected = expect(rtt).rejects.toMatchObject({ code: 'ERR_STANZA', condition });
    await stream.recvError(request, condition);
    await rejected;
  });

  it('does not take service-unavailable from a full JID for a sign of life: a server says it of an absent resource', async () => {
    const { stream, ping } = await start();
    const rejected = expect(ping.ping('romeo@montague.lit/home')).rejects.toBeInstanceOf(StanzaError);
    await stream.recvError(await stream.nextSent(), 'service-unavailable');
    await rejected;
  });

  it.each([
    ['of somebody on the way', `type='cancel' by='capulet.lit'`],
    ['that says to wait', `type='wait'`],
  ])('does not take an error %s for an answer of the entity', async (_what, attributes) => {
    const { stream, ping } = await start();
    const rejected = expect(ping.ping('chat.montague.lit')).rejects.toBeInstanceOf(StanzaError);
    const id = (await stream.nextSent()).attribute('id');
    await stream.recv(
      `<iq type='error' from='chat.montague.lit' id='${id}'><error ${attributes}><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
    await rejected;
  });

  it.each([
    ['its server', 'romeo@montague.lit', 'montague.lit'],
    ['itself', 'montague.lit', 'montague.lit'],
  ])('takes an error that names %s as the one that found it', async (_what, to, by) => {
    const { stream, ping } = await start();
    const rtt = ping.ping(to);
    const id = (await stream.nextSent()).attribute('id');
    await stream.recv(
      `<iq type='error' from='${to}' id='${id}'><error type='cancel' by='${by}'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
    expect(await rtt).toBe(0);
  });

  it('ignores an answer from somebody who was not asked', async () => {
    const { stream, ping } = await start();
    const rtt = ping.ping('romeo@montague.lit/home');
    const request = await stream.nextSent();
    await stream.recv(`<iq type='result' from='eve@evil.lit/x' id='${request.attribute('id')}'/>`);
    expect(stream.xmpp.spoofedReplies).toBe(1);
    await stream.clock.advance(5);
    await stream.recvResult(request);
    expect(await rtt).toBe(5);
  });

  it('gives up after its timeout', async () => {
    const { stream, ping } = await start();
    const rejected = expect(ping.ping('montague.lit', { timeout: 500 })).rejects.toBeInstanceOf(TimeoutError);
    await stream.clock.advance(500);
    await rejected;
    expect(stream.clock.pending).toEqual([]);
  });

  it('gives up when its signal aborts, and when the session is lost', async () => {
    const { stream, ping } = await start();
    const controller = new AbortController();
    const aborted = expect(ping.ping('montague.lit', { signal: controller.signal })).rejects.toThrow('enough');
    controller.abort(new Error('enough'));
    await aborted;
    const lost = expect(ping.ping('montague.lit')).rejects.toBeInstanceOf(SessionLostError);
    await stream.idle();
    await stream.drop();
    await lost;
  });

  it('rejects for an address that is none', async () => {
    const { ping } = await start();
    await expect(ping.ping('@')).rejects.toBeInstanceOf(JidError);
  });

  it('asks from an address of a component, and by default by way of its server', async () => {
    const { stream, ping } = await start({}, { kind: 'component', jid: 'chat.shakespeare.lit' });
    const other = ping.ping('juliet@capulet.lit/chamber', { from: 'room@chat.shakespeare.lit' });
    const first = await stream.expectSent(
      `<iq from='room@chat.shakespeare.lit' to='juliet@capulet.lit/chamber' type='get' id='*'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
    await stream.recvResult(first);
    expect(await other).toBe(0);
    const own = ping.ping();
    const second = await stream.nextSent();
    expect(second.attribute('to')).toBe('chat.shakespeare.lit');
    await stream.recvResult(second);
    expect(await own).toBe(0);
  });
});

describe('the plugin', () => {
  it('is gone without a trace when it is removed, and the stream goes on', async () => {
    const { stream } = await start();
    expect(stream.xmpp.remove(Ping)).toBe(true);
    expect([...stream.xmpp.advertised]).toEqual([]);
    expect(stream.clock.pending).toEqual([]);
    await stream.recv(`<iq from='capulet.lit' id='p1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await stream.expectSent(`<iq to='capulet.lit' id='p1' type='error'>${UNAVAILABLE}</iq>`);
    stream.xmpp.sendMessage({ to: 'romeo@montague.lit', body: 'still here' });
    expect((await stream.nextSent()).name).toBe('message');
  });

  it('asks nobody any more once it is removed, also where somebody holds on to it', async () => {
    const { stream, ping } = await start();
    stream.xmpp.remove(Ping);
    await expect(ping.ping('capulet.lit')).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING', plugin: 'xep-0199' });
    await stream.expectNothingSent();
    const pinging = stream.xmpp.use(Ping).ping('capulet.lit');
    await stream.recvResult(await stream.nextSent());
    expect(await pinging).toBe(0);
  });

  it('keeps two connections apart', async () => {
    const a = await start();
    const b = await start();
    const first = a.ping.ping();
    const second = b.ping.ping();
    const request = await a.stream.nextSent();
    // Both draw the same ids: only the connection tells them apart.
    expect((await b.stream.nextSent()).attribute('id')).toBe(request.attribute('id'));
    await b.stream.clock.advance(100);
    await a.stream.recvResult(request);
    expect(await first).toBe(0);
    expect(b.stream.xmpp.pendingRequests).toBe(1);
    await b.stream.recvResult(request);
    expect(await second).toBe(100);
  });
});
