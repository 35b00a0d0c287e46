import { afterEach } from 'vitest';
import { LoopbackServer } from './server.js';

/** Starts servers that are closed after each test of the file. */
export function servers(): (options?: Parameters<typeof LoopbackServer.start>[0]) => Promise<LoopbackServer> {
  const started: LoopbackServer[] = [];
  afterEach(async () => {
    for (const server of started.splice(0)) await server.close();
  });
  return async (options = {}) => {
    const server = await LoopbackServer.start(options);
    started.push(server);
    return server;
  };
}
