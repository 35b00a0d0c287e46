import type { RunningServer } from '@sestina/servers';
import { TcpTransportFactory } from '@sestina/tcp';
import { MemoryServer, RawPeer, type ServerManners } from '@sestina/testing';
import type { Subject } from './player.js';

/** A server in memory, with the manners of one in use. */
export function inMemory(as: ServerManners): Subject {
  const server = new MemoryServer({ as, starttls: 'off', mechanisms: ['PLAIN'] });
  const { domain } = server;
  return {
    domain,
    pause: 0,
    addUser: async (username, password) => server.addUser(username, password),
    open: () => RawPeer.connect(server.transports.connect({ domain, kind: 'client' })),
  };
}

/** One in use. */
export function inUse(server: RunningServer): Subject {
  const transports = new TcpTransportFactory();
  const { domain, host, ports, ca } = server;
  return {
    domain,
    pause: 20,
    addUser: (username, password) => server.addUser(username, password),
    open: async () =>
      RawPeer.connect(
        await transports.create({ domain, kind: 'client', service: `xmpps://${host}:${ports.c2sTls}`, tls: { ca } }),
      ),
  };
}
