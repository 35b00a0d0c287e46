import { NegotiationError, StreamError, TlsInjectionError, TlsRequiredError } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { BIND, header, mechanisms, NS_SASL, NS_TLS, PlayedServer, rejection, STARTTLS } from '../support.js';

const plain = (): PlayedServer => new PlayedServer({ secure: false });

describe('STARTTLS', () => {
  it('is negotiated first, and the stream begins anew', async () => {
    const server = plain();
    const client = server.client();
    const secured: string[] = [];
    client.on('tlsSuccess', () => secured.push('tls'));
    const connecting = client.connect();
    const played = await server.next();
    const first = await played.open(STARTTLS);
    expect(first).not.toContain('alice');
    expect(first).toContain("to='example.org'");
    await played.peer.receive('<starttls');
    played.peer.send(`<proceed xmlns='${NS_TLS}'/>`);
    await played.end.acceptTls();
    const second = await played.open(mechanisms('PLAIN'));
    expect(second).toContain("from='alice@example.org'");
    await played.auth();
    played.peer.send(`<success xmlns='${NS_SASL}'/>`);
    await played.open(BIND);
    await played.bind();
    await connecting;
    expect(client.transport?.secure).toBe(true);
    await client.disconnect();
    expect(secured).toEqual(['tls']);
  });

  it('is required: without it nothing is sent that needs it', async () => {
    const server = plain();
    const client = server.client();
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open(mechanisms('SCRAM-SHA-256', 'PLAIN'));
    expect(await failed).toBeInstanceOf(TlsRequiredError);
    expect(await failed).toMatchObject({ code: 'ERR_TLS_REQUIRED', retryable: false });
    await played.peer.receiveEnd();
    expect(played.peer.received).not.toContain('<auth');
  });

  it('is required too where the features are empty', async () => {
    const server = plain();
    const failed = rejection(server.client().connect());
    await (await server.next()).open('');
    expect(await failed).toBeInstanceOf(TlsRequiredError);
  });

  it('is required before the step of a plugin, whatever that wants', async () => {
    const server = plain();
    const client = server.client();
    let called = 0;
    client.negotiation.add({
      name: 'compression',
      namespace: 'urn:x',
      needs: 'open',
      before: 'starttls',
      async run() {
        called++;
        return 'next';
      },
    });
    const failed = rejection(client.connect());
    const played = await server.next();
    await played.open("<compression xmlns='urn:x'/>");
    expect(await failed).toBeInstanceOf(TlsRequiredError);
    expect(called).toBe(0);
  });

  it('cannot be skipped by a success that nobody asked for', async () => {
    const server = plain();
    const failed = rejection(server.client().connect());
    const { peer } = await server.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(`${header()}<success xmlns='${NS_SASL}'/>`);
    expect(await failed).toBeInstanceOf(TlsRequiredError);
    await peer.receiveEnd();
    expect(peer.received).not.toContain('<iq');
  });

  it('cannot be skipped by a success behind the features', async () => {
    const server = plain();
    const failed = rejection(server.client().connect());
    const { peer } = await server.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(`${header()}<stream:features>${STARTTLS}</stream:features><success xmlns='${NS_SASL}'/>`);
    expect(await failed).toBeInstanceOf(NegotiationError);
    await peer.receiveEnd();
    expect(peer.received).not.toContain('<iq');
  });

  it('takes bytes behind the go-ahead in the same chunk for an attack', async () => {
    const server = plain();
    const failed = rejection(server.client().connect());
    const played = await server.next();
    await played.open(STARTTLS);
    await played.peer.receive('<starttls');
    played.peer.send(`<proceed xmlns='${NS_TLS}'/><stream:features>${mechanisms('PLAIN')}</stream:features>`);
    expect(await failed).toBeInstanceOf(TlsInjectionError);
    expect(await failed).toMatchObject({ retryable: false });
    await played.peer.receiveEnd();
    expect(played.peer.received).not.toContain('<auth');
  });

  it('takes bytes behind the go-ahead in a later chunk for an attack', async () => {
    const server = plain();
    const failed = rejection(server.client().connect());
    const played = await server.next();
    await played.open(STARTTLS);
    await played.peer.receive('<starttls');
    played.peer.send(`<proceed xmlns='${NS_TLS}'/>`);
    played.peer.send(`${header()}<stream:features>${mechanisms('PLAIN')}</stream:features>`);
    expect(await failed).toBeInstanceOf(TlsInjectionError);
    await played.peer.receiveEnd();
    expect(played.peer.received).not.toContain('<auth');
  });

  it('fails where the server refuses it', async () => {
    const server = plain();
    const failed = rejection(server.client().connect());
    const played = await server.next();
    await played.open(STARTTLS);
    await played.peer.receive('<starttls');
    played.peer.send(`<failure xmlns='${NS_TLS}'/></stream:stream>`);
    expect(await failed).toBeInstanceOf(NegotiationError);
    expect((await failed).message).toContain('<failure');
  });

  it('is not asked for a second time once it is on', async () => {
    const server = plain();
    const client = server.client();
    const connecting = client.connect();
    const played = await server.next();
    await played.tls();
    await played.open(STARTTLS + mechanisms('PLAIN'));
    expect((await played.auth()).mechanism).toBe('PLAIN');
    expect(played.peer.unread).toBe('');
    played.peer.send(`<success xmlns='${NS_SASL}'/>`);
    await played.open(BIND);
    await played.bind();
    await connecting;
    await client.disconnect();
  });

  it('is left out only by tls.required, and a password is not sent in the clear even then', async () => {
    const server = plain();
    const failed = rejection(server.client({ tls: { required: false } }).connect());
    const played = await server.next();
    await played.open(mechanisms('PLAIN'));
    expect(await failed).toMatchObject({ code: 'ERR_AUTH', reason: 'no-mechanism' });
    await played.peer.receiveEnd();
    expect(played.peer.received).not.toContain('<auth');
  });

  it('is taken without being required too, where it is offered', async () => {
    const server = plain();
    const client = server.client({ tls: { required: false } });
    const connecting = client.connect();
    const played = await server.next();
    await played.tls();
    await played.session();
    await connecting;
    expect(client.transport?.secure).toBe(true);
    await client.disconnect();
  });
});

describe('the first element of a stream', () => {
  it('has to be the features', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    const { peer } = await server.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(`${header()}<message from='example.org'><body>hello</body></message>`);
    expect(await failed).toBeInstanceOf(StreamError);
  });
});
