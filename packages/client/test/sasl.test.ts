import { ScramMechanism } from '@sestina/sasl';
import { ScramServer } from '@sestina/sasl/server';
import { MemoryServer, SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { Chatty } from './chatty.js';
import { BIND, base64, makeClient, mechanisms, NS_SASL, PlayedServer, rejection, Trace } from './support.js';

const success = (data = ''): string => `<success xmlns='${NS_SASL}'>${data}</success>`;
const failure = (condition: string, text = ''): string =>
  `<failure xmlns='${NS_SASL}'><${condition}/>${text ? `<text xml:lang='en'>${text}</text>` : ''}</failure>`;

describe('logging in', () => {
  it.each(['SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'PLAIN'] as const)('works with %s', async (name) => {
    const server = new MemoryServer({ users: { alice: 'secret' }, mechanisms: [name] });
    const client = makeClient({ jid: 'alice@localhost/a', transports: server.transports });
    const used: string[] = [];
    client.on('authSuccess', ({ mechanism }) => used.push(mechanism));
    await client.connect();
    await client.disconnect();
    expect(used).toEqual([name]);
  });

  it('takes the strongest that both sides have', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' } });
    const client = makeClient({ jid: 'alice@localhost/a', transports: server.transports });
    const used: string[] = [];
    client.on('authSuccess', ({ mechanism }) => used.push(mechanism));
    await client.connect();
    await client.disconnect();
    expect(used).toEqual(['SCRAM-SHA-512']);
  });

  it('is anonymous where that is asked for', async () => {
    const server = new MemoryServer({ mechanisms: ['ANONYMOUS'] });
    const client = makeClient({
      jid: 'localhost',
      password: undefined,
      anonymous: true,
      transports: server.transports,
    });
    await client.connect();
    expect(client.boundJid?.local).toMatch(/^guest-/);
    await client.disconnect();
  });

  it('is never anonymous unasked', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' }, mechanisms: ['ANONYMOUS'] });
    const client = makeClient({ jid: 'alice@localhost/a', transports: server.transports });
    const events: string[] = [];
    client.on('noAuth', () => events.push('noAuth'));
    const error = await rejection(client.connect());
    expect(error).toMatchObject({ code: 'ERR_AUTH', reason: 'no-mechanism', mechanism: undefined });
    await client.disconnect();
    expect(events).toEqual(['noAuth']);
  });

  it('sends an empty response for EXTERNAL, where the certificate is to say it', async () => {
    const server = new PlayedServer();
    const client = server.client({ password: undefined, external: true });
    const connecting = client.connect();
    const played = await server.next();
    await played.open(mechanisms('EXTERNAL', 'SCRAM-SHA-512'));
    expect(await played.auth()).toEqual({ mechanism: 'EXTERNAL', data: '=' });
    played.peer.send(success());
    await played.open(BIND);
    await played.bind();
    await connecting;
    await client.disconnect();
  });

  it('does not use EXTERNAL unasked', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    await (await server.next()).open(mechanisms('EXTERNAL'));
    expect(await failed).toMatchObject({ reason: 'no-mechanism' });
  });

  it('presents a token with OAUTHBEARER, with host and user filled in', async () => {
    const server = new PlayedServer();
    const client = server.client({ password: undefined, port: 5222, credentials: () => ({ token: 'to.ken' }) });
    const connecting = client.connect();
    const played = await server.next();
    await played.open(mechanisms('OAUTHBEARER'));
    const { mechanism, data } = await played.auth();
    expect(mechanism).toBe('OAUTHBEARER');
    expect(data.split('\x01')).toEqual(['n,,', 'host=example.org', 'port=5222', 'auth=Bearer to.ken', '', '']);
    played.peer.send(success());
    await played.open(BIND);
    await played.bind();
    await connecting;
    await client.disconnect();
  });

  it('gives what the server says of a bad token as the cause', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client({ credentials: () => ({ token: 'old' }) }).connect());
    const played = await server.next();
    await played.open(mechanisms('OAUTHBEARER'));
    await played.auth();
    played.peer.send(`<challenge xmlns='${NS_SASL}'>${base64('{"status":"invalid_token"}')}</challenge>`);
    await played.peer.receive(/<response[^>]*>AQ==<\/response>/);
    played.peer.send(failure('not-authorized'));
    const error = await failed;
    expect(error).toMatchObject({ reason: 'not-authorized', mechanism: 'OAUTHBEARER' });
    expect(error.cause).toMatchObject({ reason: 'invalid_token' });
  });

  it('does not send a password for PLAIN without TLS', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' }, starttls: 'off', mechanisms: ['PLAIN'] });
    const client = makeClient({
      jid: 'alice@localhost/a',
      transports: server.transports,
      tls: 'insecure-no-tls',
    });
    expect(await rejection(client.connect())).toMatchObject({ reason: 'downgrade' });
  });

  it('uses SCRAM without TLS only where that is allowed', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' }, starttls: 'off' });
    const strict = makeClient({ jid: 'alice@localhost/a', transports: server.transports });
    expect(await rejection(strict.connect())).toMatchObject({ code: 'ERR_TLS_REQUIRED' });
    const lax = makeClient({ jid: 'alice@localhost/a', transports: server.transports, tls: 'insecure-no-tls' });
    await lax.connect();
    await lax.disconnect();
  });

  it('takes mechanisms of the caller in place of the built-in ones', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' } });
    const client = makeClient({
      jid: 'alice@localhost/a',
      transports: server.transports,
      mechanisms: [new ScramMechanism('SHA-256')],
    });
    const used: string[] = [];
    client.on('authSuccess', ({ mechanism }) => used.push(mechanism));
    await client.connect();
    await client.disconnect();
    // The pin of the first login must not lock out the second.
    await client.connect();
    await client.disconnect();
    expect(used).toEqual(['SCRAM-SHA-256', 'SCRAM-SHA-256']);
  });

  it('keeps to sasl.only', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' } });
    const client = makeClient({
      jid: 'alice@localhost/a',
      transports: server.transports,
      sasl: { only: ['SCRAM-SHA-1'] },
    });
    const used: string[] = [];
    client.on('authSuccess', ({ mechanism }) => used.push(mechanism));
    await client.connect();
    await client.disconnect();
    expect(used).toEqual(['SCRAM-SHA-1']);
  });

  it('takes a challenge for SCRAM when the server leaves the data of the success in it', async () => {
    // Some servers send the signature in a last challenge and an empty success (RFC 6120 §6.3.10).
    const server = new PlayedServer();
    const client = server.client();
    const connecting = client.connect();
    const played = await server.next();
    await played.open(mechanisms('SCRAM-SHA-1'));
    const random = new SeededRandom(1);
    const scram = new ScramServer({
      hash: 'SHA-1',
      randomBytes: (length) => random.bytes(length),
      lookup: async () => ({ password: 'secret' }),
    });
    const { data } = await played.auth();
    const first = await scram.respond(Buffer.from(data));
    played.peer.send(`<challenge xmlns='${NS_SASL}'>${Buffer.from(first.data ?? []).toString('base64')}</challenge>`);
    const response = await played.peer.receive(/<response[^>]*>[^<]*<\/response>/);
    const last = await scram.respond(Buffer.from(/>([^<]*)</.exec(response)?.[1] ?? '', 'base64'));
    played.peer.send(`<challenge xmlns='${NS_SASL}'>${Buffer.from(last.data ?? []).toString('base64')}</challenge>`);
    await played.peer.receive(/<response[^>]*\/>/);
    played.peer.send(success());
    await played.open(BIND);
    await played.bind();
    await connecting;
    await client.disconnect();
  });
});

describe('a login that fails', () => {
  it('with a wrong password says so', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' } });
    const client = makeClient({ jid: 'alice@localhost/a', password: 'wrong', transports: server.transports });
    const events: string[] = [];
    client.on('failedAuth', ({ error }) => events.push(error.reason));
    const error = await rejection(client.connect());
    expect(error).toMatchObject({ code: 'ERR_AUTH', reason: 'not-authorized', mechanism: 'SCRAM-SHA-512' });
    expect(error.retryable).toBe(false);
    expect(error.message).toContain('alice@localhost');
    await client.disconnect();
    expect(events).toEqual(['not-authorized']);
  });

  it.each([
    ['aborted', false],
    ['account-disabled', false],
    ['credentials-expired', false],
    ['encryption-required', false],
    ['incorrect-encoding', false],
    ['invalid-authzid', false],
    ['malformed-request', false],
    ['not-authorized', false],
    ['temporary-auth-failure', true],
  ])('with %s tells the reason, retryable: %s', async (condition, retryable) => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    const played = await server.next();
    await played.open(mechanisms('PLAIN', 'SCRAM-SHA-1'));
    await played.auth();
    played.peer.send(failure(condition, 'ask the\nadministrator'));
    const error = await failed;
    expect(error).toMatchObject({ code: 'ERR_AUTH', reason: condition, retryable });
    expect(error.message).toContain('ask the administrator');
    expect(played.peer.received.match(/<auth/g)).toHaveLength(1);
  });

  it('with a condition that nobody knows counts as not-authorized', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    const played = await server.next();
    await played.open(mechanisms('PLAIN'));
    await played.auth();
    played.peer.send(failure('banana'));
    expect(await failed).toMatchObject({ reason: 'not-authorized', retryable: false });
  });

  it('does not repeat a novel that the server tells', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    const played = await server.next();
    await played.open(mechanisms('PLAIN'));
    await played.auth();
    played.peer.send(failure('not-authorized', 'x'.repeat(10_000)));
    expect((await failed).message.length).toBeLessThan(400);
  });

  it.each(['invalid-mechanism', 'mechanism-too-weak'])('with %s tries the next mechanism', async (condition) => {
    const server = new PlayedServer();
    const client = server.client();
    const refused: string[] = [];
    client.on('failedAuth', ({ error }) => refused.push(`${error.mechanism} ${error.reason}`));
    const connecting = client.connect();
    const played = await server.next();
    await played.open(mechanisms('SCRAM-SHA-256', 'PLAIN'));
    expect((await played.auth()).mechanism).toBe('SCRAM-SHA-256');
    played.peer.send(failure(condition));
    expect(await played.auth()).toEqual({ mechanism: 'PLAIN', data: '\0alice\0secret' });
    played.peer.send(success());
    await played.open(BIND);
    await played.bind();
    await connecting;
    await client.disconnect();
    expect(refused).toEqual([`SCRAM-SHA-256 ${condition}`]);
  });

  it('of the last mechanism rejects with its error', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    const played = await server.next();
    await played.open(mechanisms('SCRAM-SHA-256', 'PLAIN'));
    for (let i = 0; i < 2; i++) {
      await played.auth();
      played.peer.send(failure('invalid-mechanism'));
    }
    expect(await failed).toMatchObject({ reason: 'invalid-mechanism', mechanism: 'PLAIN' });
  });

  it('with challenges without end is aborted', async () => {
    const server = new PlayedServer();
    const tracer = new Trace();
    const client = server.client({ mechanisms: [new Chatty()], tracer });
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(mechanisms('X-CHATTY'));
    await played.auth();
    const playing = (async () => {
      for (;;) {
        played.peer.send(`<challenge xmlns='${NS_SASL}'/>`);
        await played.peer.receive(/<response[^>]*\/>/);
      }
    })();
    expect(await failed).toMatchObject({ reason: 'sasl-abort', mechanism: 'X-CHATTY' });
    await rejection(playing);
    expect(tracer.outgoings.filter((text) => text.startsWith('<response'))).toHaveLength(8);
    expect(tracer.outgoings.at(-1)).toContain('<abort');
  });

  it.each([
    ['something else', "<message from='example.org'/>"],
    ['a challenge that is no base64', `<challenge xmlns='${NS_SASL}'>!!!</challenge>`],
  ])('where the server says %s is aborted', async (_, answer) => {
    const server = new PlayedServer();
    const tracer = new Trace();
    const failed = rejection(server.client({ tracer }).connect());
    const played = await server.next();
    await played.open(mechanisms('SCRAM-SHA-256'));
    await played.auth();
    played.peer.send(answer);
    expect(await failed).toMatchObject({ reason: 'sasl-abort', mechanism: 'SCRAM-SHA-256' });
    expect(tracer.outgoings.at(-1)).toContain('<abort');
  });

  describe('T1: because the server has not proven itself says so, and sends no byte after it', () => {
    const notAuthenticated = { code: 'ERR_AUTH', reason: 'server-not-authenticated', retryable: false };

    it('where it reports success before any challenge', async () => {
      const server = new PlayedServer();
      const failed = rejection(server.client().connect());
      const played = await server.next();
      await played.open(mechanisms('SCRAM-SHA-256'));
      await played.auth();
      const before = played.peer.received;
      played.peer.send(success());
      expect(await failed).toMatchObject(notAuthenticated);
      await played.peer.receiveEnd();
      expect(played.peer.received).toBe(before);
    });

    it.each([
      ['no signature', ''],
      ['a wrong signature', base64(`v=${base64('0'.repeat(32))}`)],
      ['a signature that is too short', base64(`v=${base64('0')}`)],
      ['what is no signature', base64('v')],
    ])('where it reports success with %s', async (_, data) => {
      const server = new PlayedServer();
      const failed = rejection(server.client().connect());
      const played = await server.next();
      await played.open(mechanisms('SCRAM-SHA-256'));
      const [, nonce] = (await played.auth()).data.split('r=');
      const challenge = base64(`r=${nonce}more,s=${base64('salt')},i=4096`);
      played.peer.send(`<challenge xmlns='${NS_SASL}'>${challenge}</challenge>`);
      await played.peer.receive(/<response[^>]*>[^<]*<\/response>/);
      const before = played.peer.received;
      played.peer.send(success(data));
      expect(await failed).toMatchObject(notAuthenticated);
      await played.peer.receiveEnd();
      expect(played.peer.received).toBe(before);
    });
  });

  it('because the password cannot be prepared sends nothing', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client({ password: 'a\u0007b' }).connect());
    const played = await server.next();
    await played.open(mechanisms('SCRAM-SHA-256', 'PLAIN'));
    const error = await failed;
    expect(error).toMatchObject({ code: 'ERR_AUTH', reason: 'credentials' });
    expect(error.message).not.toContain('a\u0007b');
    await played.peer.receiveEnd();
    expect(played.peer.received).not.toContain('<auth');
  });

  it('takes nothing that comes in one chunk with the success for part of the new stream', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    const played = await server.next();
    await played.open(mechanisms('PLAIN'));
    await played.auth();
    played.peer.send(`${success()}<message from='mallory@evil.example'><body>x</body></message>`);
    expect(await failed).toMatchObject({ code: 'ERR_STREAM', condition: 'bad-format' });
  });
});

describe('after a login with SCRAM', () => {
  async function pinned(server: PlayedServer, client = server.client({ jid: 'alice@example.org/phone' })) {
    const connecting = client.connect();
    const played = await server.next();
    await played.open(mechanisms('SCRAM-SHA-256'));
    const random = new SeededRandom(2);
    const scram = new ScramServer({
      hash: 'SHA-256',
      randomBytes: (length) => random.bytes(length),
      lookup: async () => ({ password: 'secret' }),
    });
    const { data } = await played.auth();
    const first = await scram.respond(Buffer.from(data));
    played.peer.send(`<challenge xmlns='${NS_SASL}'>${Buffer.from(first.data ?? []).toString('base64')}</challenge>`);
    const response = await played.peer.receive(/<response[^>]*>[^<]*<\/response>/);
    const last = await scram.respond(Buffer.from(/>([^<]*)</.exec(response)?.[1] ?? '', 'base64'));
    played.peer.send(success(Buffer.from(last.data ?? []).toString('base64')));
    await played.open(BIND);
    await played.bind();
    await connecting;
    await client.disconnect();
    return client;
  }

  it('a server that has only PLAIN does not get the password', async () => {
    const server = new PlayedServer();
    const client = await pinned(server);
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(mechanisms('PLAIN'));
    const error = await failed;
    expect(error).toMatchObject({ code: 'ERR_AUTH', reason: 'downgrade', retryable: false });
    await played.peer.receiveEnd();
    expect(played.peer.received).not.toContain('<auth');
  });

  it('a weaker hash is still taken: servers change', async () => {
    const server = new PlayedServer();
    const client = await pinned(server);
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(mechanisms('PLAIN', 'SCRAM-SHA-1'));
    expect((await played.auth()).mechanism).toBe('SCRAM-SHA-1');
    played.peer.drop();
    await failed;
  });

  it('a refusal of SCRAM does not lead to PLAIN', async () => {
    const server = new PlayedServer();
    const client = await pinned(server);
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(mechanisms('PLAIN', 'SCRAM-SHA-256'));
    await played.auth();
    played.peer.send(failure('invalid-mechanism'));
    expect(await failed).toMatchObject({ reason: 'downgrade' });
    expect(played.peer.received.match(/<auth/g)).toHaveLength(1);
  });

  it('another client of the same account knows nothing of it', async () => {
    const server = new PlayedServer();
    await pinned(server);
    const other = server.client();
    const connecting = other.connect();
    await (await server.next()).session();
    await connecting;
    await other.disconnect();
  });
});

describe('credentials()', () => {
  it('is asked at each attempt', async () => {
    const server = new MemoryServer({ users: { alice: 'second' } });
    const passwords = ['first', 'second'];
    const client = makeClient({
      jid: 'alice@localhost/a',
      password: undefined,
      credentials: () => ({ password: passwords.shift() }),
      transports: server.transports,
    });
    expect(await rejection(client.connect())).toMatchObject({ reason: 'not-authorized' });
    await client.connect();
    await client.disconnect();
    expect(passwords).toEqual([]);
  });

  it('may name another user than the JID', async () => {
    const server = new PlayedServer();
    const client = server.client({ credentials: async () => ({ username: 'bob', password: 'x' }) });
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(mechanisms('PLAIN'));
    expect((await played.auth()).data).toBe('\0bob\0x');
    played.peer.drop();
    await failed;
  });

  it('that rejects ends the attempt, and nothing of what it says is repeated', async () => {
    const server = new PlayedServer();
    const cause = new Error('vault: token s.123 has expired');
    const client = server.client({ credentials: () => Promise.reject(cause) });
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(mechanisms('PLAIN'));
    const error = await failed;
    expect(error).toMatchObject({ code: 'ERR_AUTH', reason: 'credentials', retryable: false });
    expect(error.cause).toBe(cause);
    expect(error.message).not.toContain('s.123');
    expect(client.state).toBe('disconnected');
  });

  it('that throws is the same', async () => {
    const server = new PlayedServer();
    const client = server.client({
      credentials: () => {
        throw new TypeError('oops');
      },
    });
    const failed = rejection(client.connect());
    await (await server.next()).open(mechanisms('PLAIN'));
    expect(await failed).toMatchObject({ reason: 'credentials' });
  });

  it('that rejects for now may be asked again', async () => {
    const server = new PlayedServer();
    const client = server.client({
      credentials: () => Promise.reject(Object.assign(new Error('vault is down'), { retryable: true })),
    });
    const failed = rejection(client.connect());
    await (await server.next()).open(mechanisms('PLAIN'));
    expect(await failed).toMatchObject({ reason: 'credentials', retryable: true });
  });

  it('gets a signal that tells that nobody waits any more', async () => {
    const server = new PlayedServer();
    let given: AbortSignal | undefined;
    const client = server.client({
      credentials: (signal) => {
        given = signal;
        return new Promise(() => {});
      },
    });
    const failed = rejection(client.connect());
    await (await server.next()).open(mechanisms('PLAIN'));
    await expect.poll(() => given).toBeDefined();
    await client.disconnect();
    expect(given?.aborted).toBe(true);
    expect(await failed).toMatchObject({ code: 'ERR_DISCONNECTED' });
  });

  it('is not asked where the password setter was used since', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' } });
    const client = makeClient({ jid: 'alice@localhost/a', password: 'wrong', transports: server.transports });
    await rejection(client.connect());
    client.password = 'secret';
    await client.connect();
    await client.disconnect();
  });
});
