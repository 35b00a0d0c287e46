import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { ComponentXMPP, HandshakeError } from '@sestina/component';
import { ConfigError, Logger, NegotiationError, StreamError, Tracer, type XmlElement } from '@sestina/core';
import { MemoryServer, SeededRandom, VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { header, makeComponent, PlayedServer, rejection, SECRET } from './support.js';

const memoryServer = (options: object = {}): MemoryServer =>
  new MemoryServer({ domain: 'example.org', components: { 'bot.example.org': SECRET }, ...options });

describe('the handshake', () => {
  it('proves the secret by the SHA-1 of it behind the id of the stream', async () => {
    const server = new PlayedServer();
    const component = server.component();
    const connecting = component.connect();
    const peer = await server.next();
    const theirs = await peer.receive(/<stream:stream[^>]*>/);
    expect(theirs).toContain("xmlns='jabber:component:accept'");
    expect(theirs).toContain("to='bot.example.org'");
    expect(theirs.slice(theirs.indexOf('<stream:stream'))).not.toContain('version');
    peer.send(header("id='3BF96D32' from='bot.example.org'"));
    const digest = createHash('sha1').update(`3BF96D32${SECRET}`).digest('hex');
    expect(await peer.receive('</handshake>')).toBe(`<handshake>${digest}</handshake>`);
    peer.send('<handshake/>');
    await connecting;
    expect(component.boundJid?.full).toBe('bot.example.org');
    expect(server.targets).toMatchObject([{ kind: 'component', host: 'localhost', port: 5347 }]);
    await component.disconnect();
  });

  it('is accepted by a server, and tells of the session', async () => {
    const server = memoryServer();
    const component = makeComponent({ transports: server.transports });
    const events: string[] = [];
    for (const name of ['connected', 'sessionBind', 'sessionStart', 'disconnected', 'sessionEnd'] as const) {
      component.on(name, () => events.push(name));
    }
    await component.connect();
    expect(server.session('bot.example.org')?.kind).toBe('component');
    await component.disconnect();
    expect(events).toEqual(['connected', 'sessionBind', 'sessionStart', 'disconnected', 'sessionEnd']);
  });

  it('F31: with a wrong secret rejects with a typed error, and is not tried again', async () => {
    const clock = new VirtualClock();
    const server = memoryServer();
    const component = makeComponent({
      secret: 'wrong',
      transports: server.transports,
      reconnect: { initial: true },
      clock,
    });
    const error = await rejection(component.connect());
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({ code: 'ERR_HANDSHAKE', retryable: false });
    expect(error.message).toContain('bot.example.org');
    await clock.advance(600_000);
    expect(server.sessions).toEqual([]);
    expect(clock.pending).toEqual([]);
  });

  it('for a domain that the server does not know rejects with what it says', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.component().connect());
    const peer = await server.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(
      `${header("id='s1'")}<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
    );
    expect(await failed).toBeInstanceOf(StreamError);
    expect(await failed).toMatchObject({ condition: 'host-unknown', origin: 'peer', retryable: false });
  });

  it('is not done where the answer is something else', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.component().connect());
    const peer = await server.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(header());
    await peer.receive('</handshake>');
    peer.send("<handshake xmlns='urn:other'/>");
    expect(await failed).toBeInstanceOf(NegotiationError);
  });

  it.each(['<handshake/>', '<stream:features/>'])('is not made where %s came before it', async (early) => {
    const server = new PlayedServer();
    const failed = rejection(server.component().connect());
    const peer = await server.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(header() + early);
    expect(await failed).toBeInstanceOf(NegotiationError);
    expect((await failed).message).toContain('before the handshake was made');
    await peer.receiveEnd();
    expect(peer.received).not.toContain('<handshake');
  });

  it.each([
    ['of another namespace', header(undefined, 'jabber:client'), 'invalid-namespace'],
    ['of another domain', header("id='s1' from='evil.example'"), 'invalid-from'],
    ['without an id', header("from='bot.example.org'"), 'bad-format'],
  ])('is not begun on a stream %s', async (_, text, condition) => {
    const server = new PlayedServer();
    const failed = rejection(server.component().connect());
    const peer = await server.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(text);
    expect(await failed).toBeInstanceOf(StreamError);
    expect(await failed).toMatchObject({ condition });
    await peer.receiveEnd();
    expect(peer.received).not.toContain('<handshake');
  });

  it('takes stanzas that come in one chunk with the answer', async () => {
    const server = new PlayedServer();
    const component = server.component();
    const bodies: (string | undefined)[] = [];
    component.on('message', ({ body }) => bodies.push(body));
    const connecting = component.connect();
    const peer = await server.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(header());
    await peer.receive('</handshake>');
    peer.send("<handshake/><message from='bob@example.net/x' to='bot.example.org'><body>early</body></message>");
    await connecting;
    await component.disconnect();
    expect(bodies).toEqual(['early']);
  });

  it('speaks jabber:client where it is told to', async () => {
    const server = new PlayedServer();
    const component = server.component({ useJabberClient: true });
    const connecting = component.connect();
    const peer = await server.next();
    expect(await peer.receive(/<stream:stream[^>]*>/)).toContain("xmlns='jabber:client'");
    peer.send(header(undefined, 'jabber:client'));
    await peer.receive('</handshake>');
    peer.send('<handshake/>');
    await connecting;
    const message = component.wait('message');
    peer.send("<message from='bob@example.net/x' to='bot.example.org'><body>b</body></message>");
    expect((await message).body).toBe('b');
    await component.disconnect();
  });

  it('ends after connectTimeout where no answer comes', async () => {
    const clock = new VirtualClock();
    const server = new PlayedServer({ clock });
    const component = server.component({ clock, connectTimeout: 5_000 });
    const failed = rejection(component.connect());
    const peer = await server.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(header());
    await peer.receive('</handshake>');
    await clock.advance(5_000);
    expect(await failed).toMatchObject({ code: 'ERR_TIMEOUT' });
    await clock.advance(5_000);
    expect(clock.pending).toEqual([]);
  });

  it('shows the secret and its digest nowhere', async () => {
    const lines: string[] = [];
    class Trace extends Tracer {
      incoming(element: XmlElement): void {
        lines.push(element.toString());
      }

      outgoing(element: XmlElement): void {
        lines.push(element.toString());
      }
    }
    class Log extends Logger {
      debug(message: string, fields?: unknown): void {
        lines.push(`${message} ${inspect(fields, { depth: 10 })}`);
      }

      info(message: string, fields?: unknown): void {
        this.debug(message, fields);
      }

      warn(message: string, fields?: unknown): void {
        this.debug(message, fields);
      }

      error(message: string, fields?: unknown): void {
        this.debug(message, fields);
      }
    }
    const secret = 'a-very-long-secret-of-this-component';
    const server = memoryServer();
    const component = makeComponent({
      secret,
      transports: server.transports,
      tracer: new Trace(),
      logger: new Log(),
      random: new SeededRandom(1),
    });
    const error = await rejection(component.connect());
    lines.push(inspect(error, { depth: 20 }), inspect(component, { depth: 20, showHidden: true, getters: true }));
    const text = lines.join('\n');
    expect(text).toContain('<handshake');
    expect(text).not.toContain(secret);
    expect(text).not.toMatch(/[0-9a-f]{40}/);
  });
});

describe('options of a component', () => {
  it.each([
    ['an address', { jid: 'user@bot.example.org' }, 'jid'],
    ['a resource', { jid: 'bot.example.org/x' }, 'jid'],
    ['no secret', { secret: '' }, 'secret'],
    ['a secret that is none', { secret: undefined as unknown as string }, 'secret'],
    ['a name that there is not', { secrets: SECRET } as object, 'secrets'],
    ['no address', { jid: undefined as unknown as string }, 'jid'],
    ['a word for a yes', { allowRemotePlaintext: 'no' as unknown as boolean }, 'allowRemotePlaintext'],
  ])('are refused: %s', (_, options, option) => {
    let error: unknown;
    try {
      makeComponent(options);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ option });
  });

  it('are refused: none at all', () => {
    expect(() => new ComponentXMPP(undefined as never)).toThrow(ConfigError);
  });

  it.each([
    'xmpp.example.org',
    '192.0.2.1',
    '128.0.0.1',
    '2001:db8::1',
    'localhost.example.org',
    '127.0.0.1.example.org',
  ])('refuse to speak unencrypted to %s unless that is allowed', (host) => {
    expect(() => makeComponent({ host })).toThrow(ConfigError);
    expect(() => makeComponent({ host, allowRemotePlaintext: true })).not.toThrow();
  });

  it.each([undefined, 'localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])('take this machine: %s', (host) => {
    expect(() => makeComponent({ host })).not.toThrow();
  });

  it('refuse it for transports that are given too, once it shows that they do not encrypt', async () => {
    const plain = new PlayedServer();
    const refused = plain.component({ host: 'xmpp.example.org' });
    expect(await rejection(refused.connect())).toBeInstanceOf(ConfigError);
    expect((await plain.next()).received).toBe('');

    const encrypted = new PlayedServer({ secure: true });
    const { component } = await encrypted.online({ host: 'xmpp.example.org' });
    await component.disconnect();

    const allowed = new PlayedServer();
    const other = await allowed.online({ host: 'xmpp.example.org', allowRemotePlaintext: true });
    await other.component.disconnect();
  });

  it('are refused at connect() where no transport reaches there', async () => {
    expect(await rejection(makeComponent({ transports: [] }).connect())).toBeInstanceOf(ConfigError);
  });
});
