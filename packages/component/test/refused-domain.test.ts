import { describe, expect, it } from 'vitest';
import { header, PlayedServer, rejection } from './support.js';

const ERROR =
  "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>";

describe('a domain that the server does not give away', () => {
  it('is said to be refused, also under a header that has no id, as Prosody does it', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.component().connect());
    const peer = await server.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(header("id=''") + ERROR);
    expect(await failed).toMatchObject({ condition: 'host-unknown', origin: 'peer' });
  });

  it('is not guessed at where there is only that header', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.component().connect());
    const peer = await server.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(`${header("id=''")}<handshake/>`);
    expect(await failed).toMatchObject({ condition: 'bad-format', origin: 'local' });
    expect(await peer.receive('</stream:error>')).toContain('<bad-format');
  });
});
