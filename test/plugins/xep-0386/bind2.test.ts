import type { ClientOptions } from '@sestina/client';
import { XmlElement } from '@sestina/core';
import { StreamManagement } from '@sestina/xep-0198';
import { MessageCarbons } from '@sestina/xep-0280';
import { MessageArchive } from '@sestina/xep-0313';
import { Bind2, type Bind2Options } from '@sestina/xep-0386';
import { Sasl2 } from '@sestina/xep-0388';
import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../../support/recorders.js';
import { ACCOUNT, BIND, failure, rejection, Sasl2Server, SM } from '../../support/sasl2.js';

const NS = 'urn:xmpp:bind:0';
const FULL = `${ACCOUNT}/Sestina/x`;
const offer = (namespace = NS, ...features: string[]): string =>
  `<bind xmlns='${namespace}'><inline>${features.map((name) => `<feature var='${name}'/>`).join('')}</inline></bind>`;
const CARBONS = 'urn:xmpp:carbons:2';
const NS_SM = 'urn:xmpp:sm:3';
const bound = (inside = '', namespace = NS): string => `<bound xmlns='${namespace}'>${inside}</bound>`;
const SESSION = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>";
const accept: Partial<Bind2Options> = { withoutArchive: 'accept' };

function made(options: Partial<Bind2Options> = accept, client: Partial<ClientOptions> = {}) {
  const server = new Sasl2Server();
  const xmpp = server.client(client);
  xmpp.use(Sasl2);
  const bind2 = xmpp.use(Bind2, options);
  return { server, xmpp, bind2 };
}

describe('Bind 2', () => {
  it('binds within the login, and tells how far the archive goes', async () => {
    const { server, xmpp, bind2 } = made();
    const events: unknown[] = [];
    xmpp.on('bound2', (event) => events.push(event));
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: offer() });
    const metadata =
      "<metadata xmlns='urn:xmpp:mam:2'><start id='a' timestamp='2008-08-22T21:09:04Z'/><end id='z' timestamp='yesterday'/></metadata>";
    // What asks for a session of RFC 3921 has nothing to do with this one.
    const asked = await stream.login({ jid: FULL, inside: bound(metadata), features: `${BIND}${SESSION}` });
    await connecting;
    expect(asked.child('bind', NS)?.toString()).toBe(`<bind xmlns='${NS}'><tag>Sestina</tag></bind>`);
    expect(xmpp.boundJid?.toString()).toBe(FULL);
    const archive = {
      start: { id: 'a', timestamp: new Date('2008-08-22T21:09:04Z') },
      end: { id: 'z', timestamp: undefined },
    };
    expect(bind2.archive).toEqual(archive);
    expect(events).toEqual([{ archive }]);
    expect(stream.peer.received).not.toContain('xmpp-bind');
    expect(stream.peer.received).not.toContain('xmpp-session');
    await server.end(xmpp);
  });

  it.each([
    ['', undefined],
    ["<metadata xmlns='urn:xmpp:mam:2'/>", { start: undefined, end: undefined }],
    [
      "<metadata xmlns='urn:xmpp:mam:2'><start id=''/><end id='z'/></metadata>",
      { start: undefined, end: { id: 'z', timestamp: undefined } },
    ],
  ])('is told of an archive as far as the server says so: %s', async (inside, archive) => {
    const { server, xmpp, bind2 } = made({ ...accept, tag: 'Chat' });
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: offer() });
    const asked = await stream.login({ jid: FULL, inside: bound(inside) });
    await connecting;
    expect(asked.child('bind', NS)?.child('tag', NS)?.text).toBe('Chat');
    expect(bind2.archive).toEqual(archive);
    await server.end(xmpp);
    expect(bind2.archive).toBeUndefined();
  });

  it('asks for what others want and the server offers, and shows them the answer while they want it', async () => {
    const { server, xmpp, bind2 } = made();
    const told: string[] = [];
    const wants = (namespace: string) =>
      bind2.inline({
        namespace,
        request: () => new XmlElement('wish', namespace),
        response: (answer) => void told.push(`${namespace} ${answer.name}`),
      });
    wants('urn:a');
    wants('urn:not-offered');
    wants('urn:xmpp:mam:2');
    bind2.inline({ namespace: 'urn:silent' });
    bind2.inline({ namespace: 'urn:silent', request: () => undefined });
    wants('urn:gone').dispose();
    const late = wants('urn:late');
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: offer(NS, 'urn:a', 'urn:silent', 'urn:gone', 'urn:late') });
    const asked = await stream.authenticate();
    late.dispose();
    await stream.success({ jid: FULL, inside: bound(), data: await stream.scram(asked) });
    await connecting;
    const wishes = asked.child('bind', NS)?.elements() ?? [];
    expect([...wishes].map((each) => each.namespace)).toEqual([NS, 'urn:a', 'urn:xmpp:mam:2', 'urn:late']);
    expect(told).toEqual(['urn:a bound', 'urn:xmpp:mam:2 bound']);
    await server.end(xmpp);
  });

  it('says once why it is not used', async () => {
    const logger = new RecordingLogger();
    const { server, xmpp } = made({}, { logger, reconnect: { base: 1, max: 1 } });
    const { stream } = await server.connect(xmpp);
    for (let time = 0; time < 2; time++) {
      await server.stream.open({ inline: offer() });
      await server.stream.login();
      await server.stream.bind();
      server.stream.peer.drop();
      await server.clock.advance(1_000);
    }
    expect(server.stream).not.toBe(stream);
    expect(logger.lines.filter((line) => line.includes('XEP-0313'))).toHaveLength(1);
    await server.end(xmpp);
  });

  it('is asked for in the name that the server has for it, once', async () => {
    for (const namespace of ['urn:xmpp:bind2:1', NS]) {
      const { server, xmpp } = made();
      const { stream, connecting } = await server.connect(xmpp);
      await stream.open({ inline: offer(namespace) + (namespace === NS ? offer('urn:xmpp:bind2:1') : '') });
      const asked = await stream.login({ jid: FULL, inside: bound('', namespace) });
      await connecting;
      expect([...asked.elements()].filter(({ name }) => name === 'bind').map((each) => each.namespace)).toEqual([
        namespace,
      ]);
      await server.end(xmpp);
    }
  });

  it.each<[string, Partial<Bind2Options>, Partial<ClientOptions>]>([
    ['where nothing reads the archive', {}, {}],
    ['where a resource was asked for', accept, { resource: 'phone' }],
    ['where a resource is part of the address', accept, { jid: `${ACCOUNT}/phone` }],
  ])('is left to RFC 6120 %s', async (_where, options, client) => {
    const logger = new RecordingLogger();
    const { server, xmpp, bind2 } = made(options, { ...client, logger });
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: offer() });
    const asked = await stream.login();
    await stream.bind();
    await connecting;
    expect(asked.child('bind', NS)).toBeUndefined();
    expect(bind2.archive).toBeUndefined();
    expect(logger.lines.some((line) => line.includes('XEP-0313'))).toBe(options !== accept);
    await server.end(xmpp);
  });

  it('is used where the archive is installed', async () => {
    const { server, xmpp } = made({});
    xmpp.use(MessageArchive);
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: offer() });
    expect((await stream.login({ jid: FULL, inside: bound() })).child('bind', NS)).toBeDefined();
    await connecting;
    await server.end(xmpp);
  });

  it('that was asked for and not done is done as in RFC 6120', async () => {
    const logger = new RecordingLogger();
    const { server, xmpp } = made(accept, { logger });
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: offer() });
    await stream.login();
    await stream.bind(FULL);
    await connecting;
    expect(xmpp.boundJid?.toString()).toBe(FULL);
    expect(logger.complaints.join()).toContain('has not bound a resource within the login');
    await server.end(xmpp);
  });

  it.each([
    ['without a resource', ACCOUNT, 'ERR_NEGOTIATION'],
    ['of somebody else', 'mallory@example.org/x', 'ERR_AUTH'],
  ])('gives no address %s', async (_what, jid, code) => {
    const { server, xmpp } = made();
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: offer() });
    await stream.login({ jid, inside: bound() });
    expect(await rejection(connecting)).toMatchObject({ code });
  });

  it('that nobody asked for is none', async () => {
    const { server, xmpp } = made({});
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: offer() });
    await stream.login({ jid: FULL, inside: bound() });
    await stream.bind(`${ACCOUNT}/other`);
    await connecting;
    expect(xmpp.boundJid?.resource).toBe('other');
    await server.end(xmpp);
  });

  it('is asked for again with the next mechanism, and was not done with the one that failed', async () => {
    const { server, xmpp } = made();
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: offer(), mechanisms: ['SCRAM-SHA-512', 'PLAIN'] });
    await stream.authenticate();
    await stream.say(failure('invalid-mechanism'));
    expect((await stream.authenticate()).child('bind', NS)).toBeDefined();
    await stream.success({ jid: FULL, inside: bound() });
    await connecting;
    await server.end(xmpp);
  });
});

describe('what a session begins with', () => {
  it('carbons are asked for within the login, and not again', async () => {
    const { server, xmpp } = made();
    const carbons = xmpp.use(MessageCarbons);
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: offer(NS, CARBONS) });
    const asked = await stream.login({ jid: FULL, inside: bound() });
    await connecting;
    await stream.idle();
    expect(asked.child('bind', NS)?.child('enable', CARBONS)).toBeDefined();
    expect(carbons.enabled).toBe(true);
    expect(stream.peer.received.match(/urn:xmpp:carbons:2/g)).toHaveLength(1);
    await server.end(xmpp);
  });

  it('carbons are asked for as always where the server does not offer them there, or they were asked for in vain', async () => {
    for (const features of [[], [CARBONS]]) {
      const { server, xmpp } = made();
      const carbons = xmpp.use(MessageCarbons);
      const { stream } = await server.connect(xmpp);
      await stream.open({ inline: offer(NS, ...features) });
      if (features.length === 0) await stream.login({ jid: FULL, inside: bound() });
      else {
        await stream.login();
        await stream.bind();
      }
      const iq = await stream.peer.receive(/<iq[^>]*><enable xmlns='urn:xmpp:carbons:2'\/><\/iq>/);
      await stream.say(`<iq type='result' id='${/ id='([^']*)'[^>]*><enable/.exec(iq)?.[1]}'/>`);
      expect(carbons.enabled).toBe(true);
      await server.end(xmpp);
    }
  });

  it('stanzas are counted from <enabled/> in <bound/> on, without another <enable/>', async () => {
    const { server, xmpp } = made();
    const management = xmpp.use(StreamManagement);
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: offer(NS, NS_SM) });
    const asked = await stream.login({
      jid: FULL,
      inside: bound(`<enabled xmlns='${NS_SM}' id='i1' resume='true'/>`),
      features: SM,
    });
    await connecting;
    expect(asked.child('bind', NS)?.child('enable', NS_SM)?.attribute('resume')).toBe('true');
    expect(management).toMatchObject({ enabled: true, resumable: true });
    await stream.say("<message from='bob@example.net/x'><body>1</body></message><r xmlns='urn:xmpp:sm:3'/>");
    expect(stream.peer.received).toMatch(/<a xmlns='urn:xmpp:sm:3' h='1'\/>/);
    expect(stream.peer.received.match(/<enable /g)).toHaveLength(1);
    await server.end(xmpp);
  });

  it('a refusal to count is told, and no second <enable/> follows', async () => {
    const { server, xmpp } = made();
    const management = xmpp.use(StreamManagement);
    const failed = xmpp.wait('smFailed');
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: offer(NS, NS_SM) });
    await stream.login({
      jid: FULL,
      inside: bound(
        `<failed xmlns='${NS_SM}'><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>`,
      ),
    });
    await connecting;
    expect(await failed).toEqual({ condition: 'internal-server-error', wasResuming: false });
    expect(management.enabled).toBe(false);
    await server.end(xmpp);
  });
});

describe('resuming within the login', () => {
  /** A session that was lost. */
  async function lost() {
    const { server, xmpp, bind2 } = made(accept, { reconnect: { base: 1, max: 1 } });
    const management = xmpp.use(StreamManagement);
    const { stream, connecting } = await server.connect(xmpp);
    const inline = `${SM}${offer(NS, NS_SM)}`;
    await stream.open({ inline });
    await stream.login({
      jid: FULL,
      inside: bound(`<enabled xmlns='${NS_SM}' id='i1' resume='true'/>`),
      features: "<ver xmlns='urn:xmpp:features:rosterver'/>",
    });
    await connecting;
    await stream.say("<message from='bob@example.net/x'><body>1</body></message>");
    const sending = xmpp.sendMessage({ to: 'bob@example.net', body: 'on its way' });
    await stream.idle();
    const events: string[] = [];
    for (const name of ['sessionStart', 'sessionResumed', 'sessionEnd', 'smFailed', 'smUnknown', 'bound2'] as const) {
      xmpp.on(name, () => events.push(name));
    }
    stream.peer.drop();
    await server.clock.advance(5_000);
    const next = server.stream;
    await next.open({ inline });
    return { server, xmpp, bind2, management, stream: next, sending, events };
  }
  const resumed = (h: number, previd = 'i1'): string => `<resumed xmlns='${NS_SM}' h='${h}' previd='${previd}'/>`;

  it('goes on, and what was on its way is written again; the bind was ignored', async () => {
    const { server, xmpp, stream, events, sending } = await lost();
    const asked = await stream.login({ jid: FULL, inside: resumed(0), features: false });
    expect(asked.child('resume', NS_SM)?.attribute('h')).toBe('1');
    expect(asked.child('bind', NS)).toBeDefined();
    expect(events).toEqual(['sessionResumed']);
    expect(stream.peer.unread).toContain('on its way');
    expect(xmpp.streamFeatures?.has('ver', 'urn:xmpp:features:rosterver')).toBe(true);
    await stream.say(`<a xmlns='${NS_SM}' h='1'/>`);
    expect(sending.state).toBe('acked');
    await server.end(xmpp);
  });

  it('fails, and a new session is bound in the same breath: what was counted is acknowledged', async () => {
    const { server, xmpp, management, stream, events, sending } = await lost();
    await stream.login({
      jid: `${ACCOUNT}/Sestina/y`,
      inside: `<failed xmlns='${NS_SM}' h='1'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>${bound(`<enabled xmlns='${NS_SM}' id='i2' resume='true'/>`)}`,
      features: '',
    });
    expect(sending.state).toBe('acked');
    expect(events).toEqual(['smFailed', 'bound2', 'sessionEnd', 'sessionStart']);
    expect(management.resumable).toBe(true);
    expect(xmpp.boundJid?.resource).toBe('Sestina/y');
    await server.end(xmpp);
  });

  it('fails, and so does the bind: RFC 6120 binds', async () => {
    const { server, xmpp, stream, events, sending } = await lost();
    await stream.login({ inside: `<failed xmlns='${NS_SM}'/>`, features: `${BIND}${SM}` });
    await stream.bind();
    expect(events).toEqual(['smFailed', 'sessionEnd', 'sessionStart', 'smUnknown']);
    expect(sending.state).toBe('unknown');
    await server.end(xmpp);
  });

  it('is not answered: that session is over', async () => {
    const { server, xmpp, stream, events } = await lost();
    await stream.login({ jid: FULL, inside: bound(), features: '' });
    expect(events).toEqual(['smFailed', 'bound2', 'sessionEnd', 'sessionStart', 'smUnknown']);
    await server.end(xmpp);
  });

  it.each([
    ['with a count above what was sent', FULL, resumed(7)],
    ['of another id', FULL, resumed(0, 'i9')],
    ['of another resource', `${ACCOUNT}/Sestina/other`, resumed(0)],
  ])('%s is a lie that the server is told of; a new session follows', async (_what, jid, answer) => {
    const { server, xmpp, stream, events } = await lost();
    await stream.login({ jid, inside: answer, features: false });
    expect(stream.peer.received).toContain('<stream:error>');
    expect(events).not.toContain('sessionResumed');
    await server.clock.advance(5_000);
    expect(server.stream).not.toBe(stream);
    await server.end(xmpp);
  });

  it('that nobody asked for is none', async () => {
    const { server, xmpp } = made();
    xmpp.use(StreamManagement);
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: `${SM}${offer(NS, NS_SM)}` });
    await stream.login({ jid: FULL, inside: `${resumed(0)}${bound()}`, features: '' });
    await connecting;
    expect(xmpp.boundJid?.toString()).toBe(FULL);
    await server.end(xmpp);
  });
});
