import { readFileSync } from 'node:fs';
import { ConnectionLostError, element, NotXmppError, StreamError, SystemClock, XmlElement } from '@sestina/core';
import { Link, NS_CLIENT } from '@sestina/core/connection';
import { DEFAULT_LIMITS, type TransportFactory, type TransportTarget } from '@sestina/core/transport';
import { TestXMPP } from '@sestina/testing';
import { WebSocketTransportFactory } from '@sestina/websocket';
import { afterEach, describe, expect, it } from 'vitest';
import { transportTo } from './support/connect.js';
import { failure, never } from './support/recorder.js';
import { LoopbackServer, type Peer } from './support/server.js';

const OPEN = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' id='s1' from='example.org' version='1.0'/>";
const CLOSE = "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>";
const FEATURES = "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>";
const MESSAGE = "<message xmlns='jabber:client' from='bob@example.net/x'><body>hi</body></message>";

class Query extends element('query', 'urn:q') {}

const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function start(): Promise<LoopbackServer> {
  const server = await LoopbackServer.start();
  cleanups.push(() => server.close());
  return server;
}

/** A link that is connected, and the server's end of it. */
async function linked() {
  const server = await start();
  const accepted = server.next();
  const elements: XmlElement[] = [];
  let closed: (reason: Error) => void = () => {};
  const reason = new Promise<Error>((resolve) => {
    closed = resolve;
  });
  const owner = {
    element: (element: XmlElement) => void elements.push(element),
    heard: () => {},
    drain: () => {},
    closed: (why: Error) => closed(why),
  };
  const link = new Link(transportTo(server), DEFAULT_LIMITS, owner, new SystemClock());
  await link.connect(never());
  return { link, peer: await accepted, elements, reason };
}

const open = (link: Link) =>
  link.openStream(
    { to: 'example.org', contentNamespace: NS_CLIENT, version: '1.0' },
    { contentNamespace: NS_CLIENT, from: 'example.org' },
  );

/** The same with its stream open. */
async function opened() {
  const made = await linked();
  const opening = open(made.link);
  await wire(made.peer, 1);
  made.peer.send(OPEN);
  await opening;
  made.peer.frames.length = 0;
  return made;
}

const wire = (peer: Peer, count: number) => expect.poll(() => peer.frames.length).toBe(count);
const errorFrame = (condition: string) =>
  new RegExp(`^<error xmlns='http://etherx.jabber.org/streams'><${condition} xmlns='[^']*:xmpp-streams'/>.*</error>$`);

describe('a stream on a WebSocket', () => {
  it('opens with <open/>, and opens another one in its place', async () => {
    const { link, peer } = await linked();
    const opening = open(link);
    await wire(peer, 1);
    expect(peer.frames[0]).toBe("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' version='1.0'/>");
    peer.send(OPEN);
    peer.send(FEATURES);
    expect(await opening).toMatchObject({ id: 's1', from: 'example.org' });
    expect((await link.receive()).name).toBe('features');
    const again = open(link);
    await wire(peer, 2);
    expect(peer.frames[1]).toBe(peer.frames[0]);
    peer.send(OPEN.replace('s1', 's2'));
    expect(await again).toMatchObject({ id: 's2' });
    link.destroy(new Error('done'));
  });

  it('declares the namespace of all that it sends', async () => {
    const { link, peer } = await opened();
    link.sendElement(new XmlElement('message', NS_CLIENT).append(new XmlElement('body', NS_CLIENT).append('hi')));
    link.sendSpace();
    link.sendElement(new XmlElement('r', 'urn:xmpp:sm:3'));
    await wire(peer, 2);
    expect(peer.frames).toEqual([
      "<message xmlns='jabber:client'><body>hi</body></message>",
      "<r xmlns='urn:xmpp:sm:3'/>",
    ]);
    link.destroy(new Error('done'));
  });

  it('says goodbye with <close/>, and closes the WebSocket then', async () => {
    const { link, peer } = await opened();
    const done = link.shutdown(5_000, new Error('done'));
    await wire(peer, 1);
    expect(peer.frames).toEqual([CLOSE]);
    peer.send(CLOSE);
    await done;
    await expect.poll(() => peer.closed?.code).toBe(1000);
  });

  it('answers the goodbye of the server', async () => {
    const { peer, reason } = await opened();
    peer.send(CLOSE);
    await wire(peer, 1);
    expect(peer.frames).toEqual([CLOSE]);
    expect(await reason).toMatchObject({ code: 'ERR_CONNECTION_LOST', reason: 'closed' });
  });

  it.each([
    ['another namespace', OPEN.replace('xmpp-framing', 'x'), 'invalid-namespace'],
    ['no namespace', '<open/>', 'invalid-namespace'],
    ['another element', MESSAGE, 'invalid-namespace'],
    ['no id', OPEN.replace("id='s1'", ''), 'bad-format'],
    ['another version', OPEN.replace('1.0', '2.0'), 'unsupported-version'],
    ['another domain', OPEN.replace('example.org', 'evil.example'), 'invalid-from'],
  ])('refuses a header with %s', async (_what, header, condition) => {
    const { link, peer } = await linked();
    const opening = failure(open(link));
    peer.send(header);
    const error = await opening;
    // Where it is not even an <open/>, this is the cause of a NotXmppError.
    const cause = header === MESSAGE ? error.cause : error;
    expect(cause).toMatchObject({ code: 'ERR_STREAM', condition, origin: 'local' });
    await wire(peer, 3);
    expect(peer.frames[1]).toMatch(errorFrame(condition));
    expect(peer.frames[2]).toBe(CLOSE);
  });

  it.each([
    ['a binary message', Buffer.from(OPEN)],
    ['another element', MESSAGE],
    ['another protocol', '{"hello":"world"}'],
  ])('says to check the path where %s shows that it is none of XMPP', async (_what, frame) => {
    const { link, peer } = await linked();
    const opening = failure(open(link));
    peer.send(frame);
    const error = await opening;
    expect(error).toBeInstanceOf(NotXmppError);
    expect(error.message).toContain('check the path of the service');
    expect(error.message).not.toMatch(/xmpps|host and port/);
  });

  it('does not go on with what was sent behind the end of a negotiation', async () => {
    const { link, peer } = await opened();
    const answer = link.receive(undefined, () => true);
    peer.send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    peer.send(MESSAGE);
    await answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await failure(open(link))).toMatchObject({ condition: 'bad-format' });
  });

  it.each([
    ['159-ws-stream-tag', 'bad-format'],
    ['160-ws-two-elements', 'bad-format'],
    ['161-ws-partial', 'bad-format'],
    ['162-ws-leading-space', 'bad-format'],
    ['163-ws-no-namespace', 'invalid-namespace'],
  ])('tells the server what is wrong with %s', async (name, condition) => {
    const { link, peer, elements, reason } = await opened();
    link.handOver();
    peer.send(readFileSync(new URL(`../../../test/badxml/${name}.xml`, import.meta.url), 'utf8'));
    peer.send(MESSAGE);
    expect(await reason).toMatchObject({ code: 'ERR_STREAM', condition, origin: 'local' });
    await wire(peer, 2);
    expect(peer.frames[0]).toMatch(errorFrame(condition));
    expect(peer.frames[1]).toBe(CLOSE);
    expect(elements).toEqual([]);
  });

  it('tells the server that a binary message is wrong', async () => {
    const { peer, reason } = await opened();
    peer.send(Buffer.from(MESSAGE));
    expect(await reason).toMatchObject({ code: 'ERR_STREAM', condition: 'bad-format' });
    await wire(peer, 2);
    expect(peer.frames[0]).toMatch(errorFrame('bad-format'));
  });

  it('ends with see-other-host where <close/> says see-other-uri', async () => {
    const { peer, reason } = await opened();
    peer.send(CLOSE.replace('/>', " see-other-uri='wss://other.example/x?a=1&amp;b=2'/>"));
    const error = await reason;
    expect(error).toBeInstanceOf(StreamError);
    expect(error).toMatchObject({
      condition: 'see-other-host',
      origin: 'peer',
      seeOtherHost: 'wss://other.example/x?a=1&b=2',
    });
    await wire(peer, 1);
    expect(peer.frames).toEqual([CLOSE]);
  });

  it('rejects what waits for the header where <close/> comes in its place', async () => {
    const { link, peer } = await linked();
    const opening = failure(open(link));
    peer.send(CLOSE.replace('/>', " see-other-uri='wss://other.example/x'/>"));
    expect(await opening).toMatchObject({ condition: 'see-other-host', seeOtherHost: 'wss://other.example/x' });
  });

  it('is lost with the typed error of the transport', async () => {
    const { peer, reason } = await opened();
    peer.socket.close(1012);
    expect(await reason).toMatchObject({ code: 'ERR_WEBSOCKET_CLOSED', closeCode: 1012, retryable: true });
  });

  it('is lost as to the network where it is cut', async () => {
    const { peer, reason } = await opened();
    peer.raw.destroy();
    const error = await reason;
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({ reason: 'network', retryable: true });
  });
});

describe('a connection object', () => {
  /** The same targets, with a service. */
  function servedBy(server: LoopbackServer): TransportFactory {
    const webSockets = new WebSocketTransportFactory();
    const withService = (target: TransportTarget): TransportTarget => ({ ...target, service: server.url });
    return {
      supports: (target) => webSockets.supports(withService(target)),
      create: (target) => webSockets.create(withService(target)),
    };
  }

  async function connecting(server: LoopbackServer) {
    const xmpp = new TestXMPP('alice@example.org/phone', 'client', servedBy(server), {
      reconnect: { base: 1, max: 1 },
    });
    cleanups.push(() => xmpp.dispose());
    const play = async (): Promise<Peer> => {
      const peer = await server.next();
      await wire(peer, 1);
      peer.send(OPEN);
      peer.send(FEATURES);
      peer.socket.on('message', (data) => {
        if (String(data) === CLOSE) peer.send(CLOSE);
      });
      return peer;
    };
    return { xmpp, play };
  }

  it('sends what waited for the connection as documents of their own', async () => {
    const server = await start();
    const { xmpp, play } = await connecting(server);
    const sending = xmpp.sendMessage({ to: 'bob@example.net', body: 'early', id: 'm1' } as never);
    const playing = play();
    await xmpp.connect();
    const peer = await playing;
    await wire(peer, 2);
    expect(peer.frames[1]).toMatch(/^<message xmlns='jabber:client' .*<body>early<\/body><\/message>$/);
    expect(sending.state).toBe('written');
  });

  it('keeps the order while the server does not keep up, and loses nothing', async () => {
    const server = await start();
    const { xmpp, play } = await connecting(server);
    const playing = play();
    await xmpp.connect();
    const peer = await playing;
    peer.raw.pause();
    const body = 'x'.repeat(20_000);
    for (let number = 0; number < 200; number++)
      xmpp.sendMessage({ to: 'bob@example.net', body, id: `m${number}` } as never);
    await expect.poll(() => xmpp.sendQueue.length).toBeGreaterThan(0);
    peer.raw.resume();
    await wire(peer, 201);
    const ids = peer.frames.slice(1).map((frame) => /id='m(\d+)'/.exec(frame)?.[1]);
    expect(ids).toEqual(Array.from({ length: 200 }, (_, number) => String(number)));
  });

  it('takes a large answer that it asked for, and no large stanza that it did not', async () => {
    const server = await start();
    const { xmpp, play } = await connecting(server);
    const playing = play();
    await xmpp.connect();
    const peer = await playing;
    const asked = xmpp.iqGet('example.org', new Query());
    await wire(peer, 2);
    const id = / id='([^']*)'/.exec(peer.frames[1] ?? '')?.[1];
    const payload = `<query xmlns='urn:q'>${'<item/>'.repeat(50_000)}${'x'.repeat(2_000_000)}</query>`;
    peer.send(`<iq xmlns='jabber:client' type='result' id='${id}' from='example.org'>${payload}</iq>`);
    expect([...(await asked).xml.elements()][0]?.children).toHaveLength(50_001);
    const lost = xmpp.wait('disconnected');
    peer.send(`<iq xmlns='jabber:client' type='result' id='${id}' from='example.org'>${payload}</iq>`);
    expect((await lost).reason).toMatchObject({ code: 'ERR_RECEIVE_LIMIT', option: 'limits.maxElements' });
  });

  it('comes back after the server has restarted (1012), and where it was told to stay away (1008)', async () => {
    const server = await start();
    const { xmpp, play } = await connecting(server);
    let playing = play();
    await xmpp.connect();
    const first = await playing;
    playing = play();
    first.socket.close(1012);
    const second = await playing;
    await expect.poll(() => xmpp.online).toBe(true);
    const lost = xmpp.wait('disconnected');
    second.socket.close(1008);
    expect(await lost).toMatchObject({ reason: { closeCode: 1008 }, willReconnect: true });
  });
});
