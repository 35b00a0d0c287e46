import { ClientXMPP } from '@sestina/client';
import { type Logger, MemoryStorage, SilentLogger } from '@sestina/core';
import { MemoryServer, VirtualClock } from '@sestina/testing';

/** A server in memory with two people, and the time under control. */
export class Stage implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly server: MemoryServer;
  readonly #clients: ClientXMPP[] = [];

  constructor() {
    const { clock } = this;
    const users = { romeo: 'secret', juliet: 'secret' };
    this.server = new MemoryServer({
      domain: 'play.example',
      users,
      clock,
      mechanisms: ['PLAIN'],
      streamManagement: true,
    });
    this.server.befriend('romeo', 'juliet');
  }

  client(name: 'romeo' | 'juliet', logger: Logger = new SilentLogger()): ClientXMPP {
    const { clock, server } = this;
    const client = new ClientXMPP({
      ...{ jid: `${name}@play.example/here`, password: 'secret', clock, logger },
      ...{ transports: server.transports, storage: new MemoryStorage() },
    });
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) {
      const over = client.dispose();
      await this.clock.runUntilIdle();
      await over;
    }
    await this.server.stop();
  }
}

/** What is there on a connection and could be left behind, in names and numbers. */
export function leftOn(client: ClientXMPP, clock: VirtualClock): Record<string, unknown> {
  const { advertised, handledRequests, pendingRequests, scheduled, plugins } = client;
  return {
    advertised: [...advertised].sort(),
    handledRequests: [...handledRequests].sort(),
    pendingRequests,
    plugins: plugins.ids,
    scheduled: [...scheduled].sort(),
    timers: clock.pending.length,
  };
}
