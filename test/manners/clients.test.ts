import { ClientXMPP } from '@sestina/client';
import { SilentLogger } from '@sestina/core';
import { MemoryServer, type ServerManners } from '@sestina/testing';
import { afterEach, describe, it } from 'vitest';
import { CLIENT_PLAYS } from './client-plays.js';

const MANNERS: readonly ServerManners[] = ['rfc', 'prosody', 'ejabberd'];
const open: ClientXMPP[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.dispose()));
});

// The same plays on the servers themselves: test/servers/manners.test.ts.
describe.each(MANNERS)('a client of a MemoryServer as %s', (as) => {
  it.each(Object.entries(CLIENT_PLAYS))('%s', async (_, play) => {
    const server = new MemoryServer({ as, starttls: 'off', mechanisms: ['PLAIN', 'SCRAM-SHA-1'] });
    const jid = async (name: string): Promise<string> => {
      server.addUser(name, 'secret');
      return `${name}@localhost`;
    };
    await play({
      jid,
      online: async (name, options) => {
        const client = new ClientXMPP({
          jid: await jid(name),
          password: 'secret',
          transports: server.transports,
          tls: { required: false },
          reconnect: false,
          logger: new SilentLogger(),
          ...options,
        });
        open.push(client);
        await client.connect();
        return client;
      },
    });
  });
});
