import { ResourceConflictError } from '@sestina/client';
import { NegotiationError, StanzaError } from '@sestina/core';
import { MemoryServer } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import {
  BIND,
  idOf,
  makeClient,
  mechanisms,
  type Played,
  PlayedServer,
  rejection,
  SESSION,
  success,
} from '../support.js';

async function loggedIn(server: PlayedServer, features = BIND): Promise<Played> {
  const played = await server.next();
  await played.login();
  await played.open(features);
  return played;
}

/** A client without a name that is about to get its address. */
async function anonymous(jid: string) {
  const server = new PlayedServer();
  const client = server.client({ jid, password: undefined, anonymous: true });
  const connecting = client.connect();
  const played = await server.next();
  await played.open(mechanisms('ANONYMOUS'));
  await played.auth();
  played.peer.send(success());
  await played.open(BIND);
  return { client, played, connecting };
}

/** The answer to a request of the client that it is refused. */
const refusal = (request: string, condition: string): string =>
  `<iq type='error' id='${idOf(request)}'><error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`;

describe('binding', () => {
  it('asks for the resource of the JID, and takes what the server gives', async () => {
    const server = new PlayedServer();
    const client = server.client({ jid: 'alice@example.org/phone' });
    const bound: string[] = [];
    client.on('sessionBind', ({ jid }) => bound.push(jid.full));
    const connecting = client.connect();
    const played = await loggedIn(server);
    expect(await played.bind('alice@example.org/phone.1')).toContain('<resource>phone</resource>');
    await connecting;
    expect(client.boundJid?.full).toBe('alice@example.org/phone.1');
    await client.disconnect();
    expect(bound).toEqual(['alice@example.org/phone.1']);
  });

  it('is refused where a certificate has logged in to another account than the one that was asked for', async () => {
    const server = new PlayedServer();
    const client = server.client({ jid: 'zoe@example.org', password: 'secret', external: true });
    const failed = rejection(client.connect());
    const played = await loggedIn(server);
    await played.bind('mallory@example.org/x');
    expect(await failed).toMatchObject({ code: 'ERR_AUTH', reason: 'invalid-authzid' });
    expect(client.boundJid).toBeUndefined();
  });

  it.each([
    ['another account', 'zoe@example.org', 'mallory@example.org/x'],
    ['the same name in another domain', 'zoe@example.org', 'zoe@evil.example/x'],
    ['no account', 'zoe@example.org', 'example.org/x'],
  ])('is refused where a password has logged in, and the address is that of %s', async (_, jid, given) => {
    const server = new PlayedServer();
    const client = server.client({ jid });
    const failed = rejection(client.connect());
    const played = await loggedIn(server);
    await played.bind(given);
    expect(await failed).toMatchObject({ code: 'ERR_AUTH', reason: 'invalid-authzid', retryable: false });
    expect(client.boundJid).toBeUndefined();
  });

  it.each([
    ['example.org', 'guest-1@example.org/x'],
    ['nobody@example.org', 'guest-1@example.org/x'],
    ['EXAMPLE.org', 'guest-1@example.org/x'],
  ])('gives %s, who is anonymous, any name in the domain', async (jid, given) => {
    const { client, played, connecting } = await anonymous(jid);
    await played.bind(given);
    await connecting;
    expect(client.boundJid?.full).toBe(given);
    await client.disconnect();
  });

  it('gives nobody, not even who is anonymous, a name in another domain', async () => {
    const { client, played, connecting } = await anonymous('example.org');
    const failed = rejection(connecting);
    await played.bind('guest-1@evil.example/x');
    expect(await failed).toMatchObject({ code: 'ERR_AUTH', reason: 'invalid-authzid' });
    expect(client.boundJid).toBeUndefined();
  });

  it('prefers the option to the JID', async () => {
    const server = new PlayedServer();
    const client = server.client({ resource: 'desk' });
    const connecting = client.connect();
    const played = await loggedIn(server);
    expect(await played.bind('alice@example.org/desk')).toContain('<resource>desk</resource>');
    await connecting;
    await client.disconnect();
  });

  it('lets the server choose where no resource is given', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' } });
    const client = makeClient({ jid: 'alice@localhost', transports: server.transports });
    await client.connect();
    expect(client.boundJid?.resource).toMatch(/.{8}/);
    await client.disconnect();
  });

  it('rejects with the error that the server gives', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    const { peer } = await loggedIn(server);
    peer.send(refusal(await peer.receive(/<iq.*?<\/iq>/), 'not-allowed'));
    expect(await failed).toBeInstanceOf(StanzaError);
    expect(await failed).toMatchObject({ condition: 'not-allowed', retryable: false });
  });

  it('says what it means that the resource is taken, and the way out', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client({ resource: 'desk' }).connect());
    const { peer } = await loggedIn(server);
    peer.send(refusal(await peer.receive(/<iq.*?<\/iq>/), 'conflict'));
    expect(await failed).toBeInstanceOf(ResourceConflictError);
    expect(await failed).toMatchObject({ code: 'ERR_RESOURCE_CONFLICT', resource: 'desk', retryable: true });
    expect((await failed).message).toContain('leave `resource`');
    expect((await failed).cause).toBeInstanceOf(StanzaError);
  });

  it('takes any resource on the same stream where the server has our last session still', async () => {
    const server = new PlayedServer();
    const client = server.client({ resource: 'desk' });
    const first = client.connect();
    await (await loggedIn(server)).bind('alice@example.org/desk');
    await first;
    await client.disconnect();
    const second = client.connect();
    const played = await loggedIn(server);
    const request = await played.peer.receive(/<iq.*?<\/iq>/);
    expect(request).toContain('<resource>desk</resource>');
    played.peer.send(refusal(request, 'conflict'));
    expect(await played.bind('alice@example.org/x1')).not.toContain('<resource>');
    await second;
    expect(client.boundJid?.full).toBe('alice@example.org/x1');
    await client.disconnect();
    // The one that is ours by option comes first the next time.
    const third = client.connect();
    expect(await (await loggedIn(server)).bind('alice@example.org/desk')).toContain('<resource>desk</resource>');
    await third;
    await client.disconnect();
  });

  it('does not go on asking where even that is refused', async () => {
    const server = new PlayedServer();
    const client = server.client({ resource: 'desk' });
    const first = client.connect();
    await (await loggedIn(server)).bind('alice@example.org/desk');
    await first;
    await client.disconnect();
    const failed = rejection(client.connect());
    const { peer } = await loggedIn(server);
    for (let i = 0; i < 2; i++) peer.send(refusal(await peer.receive(/<iq.*?<\/iq>/), 'conflict'));
    expect(await failed).toBeInstanceOf(ResourceConflictError);
    expect(peer.received.match(/<bind/g)).toHaveLength(2);
  });

  it('takes an address on a line of its own, as RFC 6120 §7.6 writes it', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const connecting = client.connect();
    await (await loggedIn(server)).bind('\n    alice@example.org/phone\r\n\t ');
    await connecting;
    expect(client.boundJid?.full).toBe('alice@example.org/phone');
    await client.disconnect();
  });

  it.each([
    ['no address', ''],
    ['an empty one', '<jid/>'],
    ['one that is none', '<jid>@@/</jid>'],
    ['a bare one', '<jid>alice@example.org</jid>'],
  ])('does not take %s for a session', async (_, jid) => {
    const server = new PlayedServer();
    const client = server.client();
    const failed = rejection(client.connect());
    const { peer } = await loggedIn(server);
    const request = await peer.receive(/<iq.*?<\/iq>/);
    peer.send(
      `<iq type='result' id='${idOf(request)}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>${jid}</bind></iq>`,
    );
    expect(await failed).toBeInstanceOf(NegotiationError);
    expect(client.boundJid).toBeUndefined();
  });

  it.each<[string, (id: string) => string]>([
    ['another id', () => "type='result' id='another'"],
    ['a request of the server with the same id', (id) => `type='set' id='${id}'`],
    ['a question with the same id', (id) => `type='get' id='${id}'`],
    ['another sender', (id) => `type='result' id='${id}' from='mallory@evil.example/x'`],
    ['what is no address', (id) => `type='result' id='${id}' from='@@'`],
  ])('takes nothing of %s for the answer', async (_, attributes) => {
    const server = new PlayedServer();
    const client = server.client();
    const connecting = client.connect();
    const { peer } = await loggedIn(server);
    const id = idOf(await peer.receive(/<iq.*?<\/iq>/));
    const answer = (as: string, jid: string): void =>
      peer.send(`<iq ${as}><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${jid}</jid></bind></iq>`);
    answer(attributes(id), 'mallory@evil.example/x');
    answer(`type='result' id='${id}'`, 'alice@example.org/phone');
    await connecting;
    expect(client.boundJid?.full).toBe('alice@example.org/phone');
    await client.disconnect();
  });

  it.each(['example.org', 'alice@example.org', 'alice@example.org/phone'])('takes the answer from %s', async (from) => {
    const server = new PlayedServer();
    const client = server.client();
    const connecting = client.connect();
    const { peer } = await loggedIn(server);
    const id = idOf(await peer.receive(/<iq.*?<\/iq>/));
    peer.send(
      `<iq type='result' id='${id}' from='${from}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/phone</jid></bind></iq>`,
    );
    await connecting;
    expect(client.boundJid?.full).toBe('alice@example.org/phone');
    await client.disconnect();
  });

  it('starts the session of RFC 3921 where the server asks for one', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const connecting = client.connect();
    const played = await loggedIn(server, BIND + SESSION);
    await played.bind();
    const request = await played.peer.receive(/<iq.*?<\/iq>/);
    expect(request).toContain('urn:ietf:params:xml:ns:xmpp-session');
    expect(client.online).toBe(false);
    played.peer.send(`<iq type='result' id='${idOf(request)}'/>`);
    await connecting;
    await client.disconnect();
  });

  it('leaves that session out where it is optional', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const connecting = client.connect();
    const played = await loggedIn(
      server,
      `${BIND}<session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session>`,
    );
    await played.bind();
    await connecting;
    expect(played.peer.unread).toBe('');
    await client.disconnect();
  });

  it('hands over what came before the session had started', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const bodies: (string | undefined)[] = [];
    client.on('message', (message) => bodies.push(message.body));
    const connecting = client.connect();
    const played = await loggedIn(server);
    const request = await played.peer.receive(/<iq.*?<\/iq>/);
    played.peer.send(
      "<message from='bob@example.net/x'><body>early</body></message>" +
        `<iq type='result' id='${idOf(request)}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/phone</jid></bind></iq>` +
        "<message from='bob@example.net/x'><body>late</body></message>",
    );
    await connecting;
    await client.disconnect();
    expect(bodies).toEqual(['early', 'late']);
  });
});

describe('the events of a login', () => {
  it('come once each, in their order', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' } });
    const client = makeClient({ jid: 'alice@localhost/a', transports: server.transports });
    const events: string[] = [];
    for (const name of [
      'connecting',
      'connected',
      'tlsSuccess',
      'authSuccess',
      'sessionBind',
      'sessionStart',
      'disconnected',
      'sessionEnd',
      'failedAuth',
      'noAuth',
      'connectionFailed',
    ] as const) {
      client.on(name, () => events.push(name));
    }
    await client.connect();
    await client.disconnect();
    expect(events).toEqual([
      'connecting',
      'connected',
      'tlsSuccess',
      'authSuccess',
      'sessionBind',
      'sessionStart',
      'disconnected',
      'sessionEnd',
    ]);
  });
});
