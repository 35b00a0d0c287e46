import { describe, expect, it } from 'vitest';
import { idOf, PlayedServer, rejection } from '../support.js';

const NS = 'http://etherx.jabber.org/streams';
const header = (content = NS): string =>
  `<?xml version='1.0'?><stream xmlns='${content}' id='s1' from='example.org' version='1.0'>`;
const MECHANISMS =
  "<features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></features>";

describe('a server that writes the stream without a prefix (RFC 6120 §4.8.2)', () => {
  it.each([1, 7, Number.POSITIVE_INFINITY])(
    'is understood from the header to the end, in pieces of %d',
    async (size) => {
      const server = new PlayedServer();
      const client = server.client();
      const connecting = client.connect();
      const { peer } = await server.next();
      const send = (text: string): void => {
        for (let at = 0; at < text.length; at += size) peer.send(text.slice(at, at + size));
      };
      await peer.receive(/<stream:stream[^>]*>/);
      send(header() + MECHANISMS);
      await peer.receive(/<auth [^>]*>[^<]*<\/auth>/);
      send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
      await peer.receive(/<stream:stream[^>]*>/);
      send(`${header()}<features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></features>`);
      const id = idOf(await peer.receive(/<iq.*?<\/iq>/));
      send(
        `<iq xmlns='jabber:client' type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/phone</jid></bind></iq>`,
      );
      await connecting;
      const message = client.wait('message');
      send("<message xmlns='jabber:client' from='bob@example.net/x'><body>hello</body></message>");
      expect((await message).body).toBe('hello');
      const gone = client.wait('disconnected');
      send("<error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></error></stream>");
      expect((await gone).reason).toMatchObject({ condition: 'system-shutdown', origin: 'peer' });
      await client.disconnect();
    },
  );

  it('is not one whose stanzas are in no namespace of theirs', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    const { peer } = await server.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(
      `<?xml version='1.0'?><s:stream xmlns='jabber:foo' xmlns:s='${NS}' id='s1' from='example.org' version='1.0'>`,
    );
    expect(await failed).toMatchObject({ code: 'ERR_STREAM', condition: 'invalid-namespace' });
  });
});

describe('a first-level element of a protocol that nobody knows', () => {
  it('does not end the session, and a stanza of a kind that there is not does', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const connecting = client.connect();
    const played = await server.next();
    await played.session();
    await connecting;
    played.peer.send("<x xmlns='http://server.example/own'/><y xmlns='jabber:server:dialback'/>");
    played.peer.send("<message from='bob@example.net/x'><body>after</body></message>");
    expect((await client.wait('message')).body).toBe('after');
    expect(client.online).toBe(true);
    const gone = client.wait('disconnected');
    played.peer.send('<subscribe/>');
    expect((await gone).reason).toMatchObject({ condition: 'unsupported-stanza-type', origin: 'local' });
    await client.disconnect();
  });
});
