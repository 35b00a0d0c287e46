import { NegotiationError, StanzaError } from '@sestina/core';
import { MemoryServer } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { BIND, idOf, makeClient, type Played, PlayedServer, rejection, SESSION } from './support.js';

async function loggedIn(server: PlayedServer, features = BIND): Promise<Played> {
  const played = await server.next();
  await played.login();
  await played.open(features);
  return played;
}

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
    const request = await peer.receive(/<iq.*?<\/iq>/);
    peer.send(
      `<iq type='error' id='${idOf(request)}'><error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
    expect(await failed).toBeInstanceOf(StanzaError);
    expect(await failed).toMatchObject({ condition: 'conflict', retryable: false });
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

  it('takes no answer of another id', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const connecting = client.connect();
    const { peer } = await loggedIn(server);
    const request = await peer.receive(/<iq.*?<\/iq>/);
    const answer = (id: string, jid: string): void =>
      peer.send(
        `<iq type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${jid}</jid></bind></iq>`,
      );
    answer('another', 'mallory@evil.example/x');
    answer(idOf(request), 'alice@example.org/phone');
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
