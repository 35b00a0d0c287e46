import { ReadOnlyError } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { BIND, mechanisms, PlayedServer, rejection } from '../support.js';

const X = "<x xmlns='urn:x'><limit>5</limit></x>";

describe('what the server offers', () => {
  it('is there as it came with the last stream, and by name for the whole connection', async () => {
    const server = new PlayedServer();
    const client = server.client();
    expect(client.streamFeatures).toBeUndefined();
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(X + BIND);
    await played.bind();
    await connecting;
    expect(client.streamFeatures?.has('x', 'urn:x')).toBe(true);
    expect(client.streamFeatures?.xml.child('x', 'urn:x')?.child('limit')?.text).toBe('5');
    expect(client.streamFeatures?.has('mechanisms', 'urn:ietf:params:xml:ns:xmpp-sasl')).toBe(false);
    expect([...client.negotiation.offered]).toEqual([
      '{urn:ietf:params:xml:ns:xmpp-sasl}mechanisms',
      '{urn:x}x',
      '{urn:ietf:params:xml:ns:xmpp-bind}bind',
    ]);
    await client.disconnect();
  });

  it('is not that of an earlier connection', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const connecting = client.connect();
    const played = await server.next();
    await played.login();
    await played.open(X + BIND);
    await played.bind();
    await connecting;
    await client.disconnect();
    const failed = rejection(client.connect());
    await (await server.next()).open(mechanisms('X-NONE'));
    await failed;
    expect([...client.negotiation.offered]).toEqual(['{urn:ietf:params:xml:ns:xmpp-sasl}mechanisms']);
  });

  it('cannot be changed by one for the others', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const connecting = client.connect();
    await (await server.next()).session();
    await connecting;
    expect(() => client.streamFeatures?.xml.setAttribute('a', 'b')).toThrow(ReadOnlyError);
    await client.disconnect();
  });

  it('late changes nothing', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const connecting = client.connect();
    const played = await server.next();
    await played.session();
    await connecting;
    played.peer.send(`<stream:features>${mechanisms('PLAIN')}</stream:features>`);
    played.peer.send("<message from='bob@example.net/x'><body>after</body></message>");
    const message = await client.wait('message');
    expect(message.body).toBe('after');
    expect(played.peer.unread).toBe('');
    expect(client.streamFeatures?.has('bind', 'urn:ietf:params:xml:ns:xmpp-bind')).toBe(true);
    await client.disconnect();
  });
});
