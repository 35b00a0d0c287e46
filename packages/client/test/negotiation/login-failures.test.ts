import { MemoryServer } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { Chatty } from '../chatty.js';
import {
  BIND,
  base64,
  failure,
  makeClient,
  mechanisms,
  NS_SASL,
  PlayedServer,
  rejection,
  success,
  Trace,
} from '../support.js';

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
  ])('F17: with %s tells the reason, retryable: %s', async (condition, retryable) => {
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

  it('F17: with challenges without end is aborted', async () => {
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
