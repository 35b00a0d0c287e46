import { lookUp } from '@sestina/core/transport';
import { SaslLogin } from '@sestina/sasl';
import { ScramServer } from '@sestina/sasl/server';
import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { BIND, failure, mechanisms, NS_SASL, PlayedServer, rejection, success } from '../support.js';

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
    // PLAIN, which the other one would not use any more.
    expect(other.online).toBe(true);
    await other.disconnect();
  });
});

describe('after a login that was bound to its TLS connection', () => {
  const data = new TextEncoder().encode('the data of this connection');
  const list = (...types: string[]): string =>
    `<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>${types.map((type) => `<channel-binding type='${type}'/>`).join('')}</sasl-channel-binding>`;
  const BOTH = mechanisms('SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS');

  async function bound(sasl: { channelBinding?: 'never' | 'prefer' } = {}) {
    const server = new PlayedServer({ channelBinding: { 'tls-exporter': data } });
    const client = server.client({ sasl });
    const connecting = client.connect();
    const played = await server.next();
    await played.open(list('tls-exporter') + BOTH);
    const random = new SeededRandom(4);
    const scram = new ScramServer({
      hash: 'SHA-1',
      plus: sasl.channelBinding !== 'never',
      randomBytes: (length) => random.bytes(length),
      lookup: async () => ({ password: 'secret' }),
      channelBinding: async () => data,
    });
    const first = await scram.respond(Buffer.from((await played.auth()).data));
    played.peer.send(`<challenge xmlns='${NS_SASL}'>${Buffer.from(first.data ?? []).toString('base64')}</challenge>`);
    const response = await played.peer.receive(/<response[^>]*>[^<]*<\/response>/);
    const last = await scram.respond(Buffer.from(/>([^<]*)</.exec(response)?.[1] ?? '', 'base64'));
    played.peer.send(success(Buffer.from(last.data ?? []).toString('base64')));
    await played.open(BIND);
    await played.bind();
    await connecting;
    await client.disconnect();
    return { server, client };
  }

  it.each([
    ['the list of types is gone', BOTH],
    ['the -PLUS mechanisms are gone', list('tls-exporter') + mechanisms('SCRAM-SHA-1', 'SCRAM-SHA-512')],
    ['both are gone', mechanisms('SCRAM-SHA-1', 'SCRAM-SHA-512')],
    ['no type is in common any more', list('tls-server-end-point-2') + BOTH],
    ['the list is empty', list() + BOTH],
    ['only PLAIN is left', list('tls-exporter') + mechanisms('PLAIN')],
  ])('a server of which %s does not get another one', async (_, features) => {
    const { server, client } = await bound();
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(features);
    expect(await failed).toMatchObject({ code: 'ERR_AUTH', reason: 'downgrade', retryable: false });
    await played.peer.receiveEnd();
    expect(played.peer.received).not.toContain('<auth');
  });

  it('another type and another hash are still taken: servers change', async () => {
    const { server, client } = await bound();
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(list('tls-unique', 'tls-exporter') + mechanisms('SCRAM-SHA-512', 'SCRAM-SHA-512-PLUS'));
    const { mechanism, data: initial } = await played.auth();
    expect([mechanism, initial.split(',')[0]]).toEqual(['SCRAM-SHA-512-PLUS', 'p=tls-exporter']);
    played.peer.drop();
    await failed;
  });

  it('a refusal of the bound mechanism does not lead to one that is not', async () => {
    const { server, client } = await bound();
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(list('tls-exporter') + BOTH);
    await played.auth();
    played.peer.send(failure('invalid-mechanism'));
    expect(await failed).toMatchObject({ reason: 'downgrade' });
    expect(played.peer.received.match(/<auth/g)).toHaveLength(1);
  });

  it('who does not want it may go on without', async () => {
    const { server, client } = await bound({ channelBinding: 'never' });
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(mechanisms('SCRAM-SHA-1'));
    expect((await played.auth()).mechanism).toBe('SCRAM-SHA-1');
    played.peer.drop();
    await failed;
  });

  it('a server that was changed on purpose is taken once somebody says so', async () => {
    const { server, client } = await bound();
    lookUp(client.scope, SaslLogin)?.forgetPins();
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(mechanisms('SCRAM-SHA-1'));
    expect((await played.auth()).data.split(',')[0]).toBe('y');
    played.peer.drop();
    await failed;
  });
});
