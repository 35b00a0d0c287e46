import type { ClientXMPP } from '@sestina/client';
import { MemoryServer } from '@sestina/testing';
import { afterEach } from 'vitest';
import { BIND, makeClient, type Played, PlayedServer } from '../support.js';

export const NS = 'jabber:iq:roster';
const open: ClientXMPP[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.disconnect()));
});

export async function online(server: MemoryServer, user = 'alice', options = {}): Promise<ClientXMPP> {
  const client = makeClient({
    jid: `${user}@localhost/${user}`,
    transports: server.transports,
    tls: { required: false },
    ...options,
  });
  open.push(client);
  await client.connect();
  return client;
}

export const memoryServer = (): MemoryServer =>
  new MemoryServer({ users: { alice: 'secret', bob: 'secret' }, starttls: 'off', mechanisms: ['SCRAM-SHA-1'] });

export async function played(options = {}, features = BIND): Promise<{ client: ClientXMPP; server: Played }> {
  const all = new PlayedServer();
  const client = all.client(options);
  open.push(client);
  const connecting = client.connect();
  const server = await all.next();
  await server.login();
  await server.open(features);
  await server.bind();
  await connecting;
  return { client, server };
}

export const names = (client: ClientXMPP): string[] =>
  [...client.clientRoster].map(({ jid, name }) => `${jid} ${name}`);
