import { ScramMechanism } from '@sestina/sasl';
import { ScramServer } from '@sestina/sasl/server';
import { MemoryServer, SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
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
} from '../support.js';

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
      tls: { required: false },
    });
    const error = await rejection(client.connect());
    expect(error).toMatchObject({ reason: 'no-mechanism' });
    expect(error.message).toContain('PLAIN is not used without TLS');
  });

  it('uses SCRAM without TLS only where that is allowed', async () => {
    const server = new MemoryServer({ users: { alice: 'secret' }, starttls: 'off' });
    const strict = makeClient({ jid: 'alice@localhost/a', transports: server.transports });
    expect(await rejection(strict.connect())).toMatchObject({ code: 'ERR_TLS_REQUIRED' });
    const lax = makeClient({ jid: 'alice@localhost/a', transports: server.transports, tls: { required: false } });
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
    expect(client.boundJid?.full).toBe('alice@example.org/phone');
    await client.disconnect();
  });
});
