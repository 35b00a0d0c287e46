import { MemoryServer, RawPeer } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { base64, header, login, open, plainServer, sync } from './raw-client.js';

const error = (condition: string): RegExp => new RegExp(`<stream:error><${condition} .*</stream:stream>`);

describe('stream header', () => {
  it('answers with its own, with an id that is new each time, and with features', async () => {
    const server = plainServer();
    const [one, two] = [await open(server), await open(server)];
    one.send(header());
    two.send(header());
    const first = await one.receive('</stream:features>');
    const second = await two.receive('</stream:features>');
    expect(first).toMatch(/<stream:stream [^>]*from='localhost' id='[\w-]{20}' version='1.0'/);
    const ids = [first, second].map((text) => /id='([^']*)'/.exec(text)?.[1]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it.each([
    ['another domain', header('example.org'), 'host-unknown'],
    ['no domain', header().replace(" to='localhost'", ''), 'improper-addressing'],
    ['no version', header('localhost', 'jabber:client', ''), 'unsupported-version'],
    ['an unknown content namespace', header('localhost', 'jabber:server'), 'invalid-namespace'],
    ['another root', "<stream xmlns='jabber:client' to='localhost'>", 'invalid-namespace'],
    ['no XML', 'GET / HTTP/1.1\r\n\r\n', 'not-well-formed'],
    ['a stanza before login', `${header()}<message/>`, 'not-authorized'],
    ['a comment', `${header()}<!-- hello -->`, 'restricted-xml'],
    ['broken XML', `${header()}<a></b>`, 'not-well-formed'],
  ])('ends the stream for %s, after a header of its own', async (_, sent, condition) => {
    const peer = await open(plainServer());
    peer.send(sent);
    expect(await peer.receiveEnd()).toMatch(error(condition));
    expect(peer.received).toMatch(/^<\?xml.*<stream:stream /);
    expect(peer.received.match(/<stream:stream /g)).toHaveLength(1);
  });

  it('ends the stream of who sends more than allowed before login', async () => {
    const peer = await open(plainServer({ limits: { maxStanzaBytesBeforeLogin: 1_000 } }));
    peer.send(`${header()}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${'x'.repeat(2_000)}`);
    expect(await peer.receiveEnd()).toMatch(error('policy-violation'));
  });

  it('says goodbye to who says goodbye', async () => {
    const server = plainServer();
    const peer = await login(server, 'alice', 'x');
    peer.send('</stream:stream>');
    expect(await peer.receiveEnd()).toBe('</stream:stream>');
    expect(server.sessions).toEqual([]);
  });
});

describe('STARTTLS', () => {
  const starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
  const signal = new AbortController().signal;

  async function secured(server: MemoryServer) {
    const transport = server.transports.connect({ domain: 'localhost', kind: 'client' });
    const peer = await RawPeer.connect(transport);
    peer.send(header());
    const before = await peer.receive('</stream:features>');
    peer.send(starttls);
    await peer.receive("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    await transport.startTls(signal);
    return { transport, peer, before };
  }

  it('is all there is until it has been used, by default', async () => {
    const server = new MemoryServer();
    const { peer, before } = await secured(server);
    expect(before).toContain("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>");
    expect(before).not.toContain('mechanism');
    peer.send(header());
    const after = await peer.receive('</stream:features>');
    expect(after).not.toContain('starttls');
    expect(after.match(/<mechanism>[^<]*/g)?.map((text) => text.slice(11))).toEqual([
      'SCRAM-SHA-512',
      'SCRAM-SHA-256',
      'SCRAM-SHA-1',
      'PLAIN',
    ]);
    expect(server.sessions[0]?.secure).toBe(true);
  });

  it('refuses a login without it', async () => {
    const peer = await open(new MemoryServer({ users: { alice: 'secret' } }));
    peer.send(header());
    await peer.receive('</stream:features>');
    peer.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${base64('\0alice\0secret')}</auth>`);
    expect(await peer.receive('</failure>')).toContain('<encryption-required/>');
  });

  it('may be left out where it is optional, and then PLAIN is not offered', async () => {
    const peer = await open(new MemoryServer({ starttls: 'optional' }));
    peer.send(header());
    const features = await peer.receive('</stream:features>');
    expect(features).toContain('<starttls');
    expect(features).toContain('SCRAM-SHA-1<');
    expect(features).not.toContain('PLAIN');
  });

  it('fails and ends the stream where it is off', async () => {
    const peer = await open(plainServer());
    peer.send(header());
    expect(await peer.receive('</stream:features>')).not.toContain('starttls');
    peer.send(starttls);
    expect(await peer.receiveEnd()).toBe("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>");
  });

  it('hears nothing of what was sent in clear behind it', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' } });
    const peer = await open(server);
    peer.send(header());
    await peer.receive('</stream:features>');
    peer.send(starttls);
    peer.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${base64('\0alice\0secret')}</auth>`);
    await peer.receiveEnd();
    expect(peer.received).not.toContain('success');
    expect(server.sessions).toEqual([]);
  });
});

describe('binding', () => {
  it('gives the resource that was asked for, or makes one', async () => {
    const server = plainServer();
    const asked = await login(server, 'alice', 'phone');
    const made = await login(server, 'alice', '');
    expect(asked.received).toContain('<jid>alice@localhost/phone</jid>');
    expect(made.received).toMatch(/<jid>alice@localhost\/[\w-]{20}<\/jid>/);
  });

  it('lets the new session win, and tells the old one why', async () => {
    const server = plainServer();
    const old = await login(server, 'alice', 'phone');
    const fresh = await login(server, 'alice', 'phone');
    expect(await old.receiveEnd()).toMatch(error('conflict'));
    expect(await sync(fresh)).toBe('');
    expect(server.sessions).toHaveLength(1);
  });

  it('refuses a second one, and anything before the first', async () => {
    const server = plainServer();
    const bound = await login(server, 'alice', 'phone');
    bound.send("<iq type='set' id='again'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    expect(await bound.receive('</iq>')).toContain('<not-allowed ');
    const early = await open(server);
    early.send(header());
    await early.receive('</stream:features>');
    early.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${base64('\0alice\0secret')}</auth>`);
    await early.receive('<success');
    early.send(`${header()}<presence/>`);
    expect(await early.receiveEnd()).toMatch(error('not-authorized'));
  });

  it('refuses a resource that cannot be one', async () => {
    const server = plainServer();
    await expect(login(server, 'alice', '\u200b'.repeat(2_000))).resolves.toMatchObject({
      received: expect.stringContaining('<bad-request '),
    });
  });

  it('knows the session request of older clients', async () => {
    const peer = await login(plainServer(), 'alice', 'x');
    peer.send("<iq type='set' id='s'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>");
    expect(await peer.receive(/<iq[^>]*id='s'[^>]*\/>/)).toContain("type='result'");
  });
});

describe('what a client may send', () => {
  it.each([
    ['a from that is not its own', "<message from='bob@localhost/x' to='bob@localhost'/>", 'invalid-from'],
    ['an element that is no stanza', "<x xmlns='jabber:client'/>", 'unsupported-stanza-type'],
    ['a stanza in another namespace', "<message xmlns='urn:x'/>", 'unsupported-stanza-type'],
  ])('ends the stream for %s', async (_, sent, condition) => {
    const peer = await login(plainServer(), 'alice', 'x');
    peer.send(sent);
    expect(await peer.receiveEnd()).toMatch(error(condition));
  });

  it.each([
    ['no id', "<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>", 'bad-request'],
    ['no type', "<iq id='x'><ping xmlns='urn:xmpp:ping'/></iq>", 'bad-request'],
    ['two payloads', "<iq type='get' id='x'><a xmlns='urn:x'/><b xmlns='urn:x'/></iq>", 'bad-request'],
    ['an address that is none', "<message to='@'/>", 'jid-malformed'],
  ])('answers %s with an error', async (_, sent, condition) => {
    const peer = await login(plainServer(), 'alice', 'x');
    peer.send(sent);
    expect(await peer.receive('</error>')).toContain(`<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>`);
  });

  it('stamps its address on what it sends, whether it gave it or not', async () => {
    const server = plainServer();
    const peer = await login(server, 'alice', 'x');
    for (const from of ['', " from='alice@localhost'", " from='alice@localhost/x'"]) {
      peer.send(`<message to='alice@localhost/x'${from}/>`);
      expect(await peer.receive('/>')).toContain("from='alice@localhost/x'");
    }
  });

  it('cuts off who does not read', async () => {
    const server = plainServer({ maxBacklogBytes: 100_000 });
    const transport = server.transports.connect({ domain: 'localhost', kind: 'client' });
    const alice = await login(server, 'alice', 'x');
    await RawPeer.connect(transport);
    transport.pause();
    server.sessions[1]?.send('x'.repeat(100_001));
    expect(server.sessions).toHaveLength(1);
    expect(await sync(alice)).toBe('');
  });
});
