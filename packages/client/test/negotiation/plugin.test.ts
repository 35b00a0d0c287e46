import { Plugin, type Registration } from '@sestina/core';
import { StreamNegotiation } from '@sestina/core/connection';
import { describe, expect, it } from 'vitest';
import { BIND, noting, PlayedServer } from '../support.js';

const taken: string[] = [];

class Stepping extends Plugin {
  static override readonly id: string = 'stepping';
  static override readonly inject = [StreamNegotiation] as const;
  readonly negotiation: StreamNegotiation;
  readonly registration: Registration;

  constructor(negotiation: StreamNegotiation) {
    super();
    this.negotiation = negotiation;
    this.registration = negotiation.add(noting(taken, 'x'));
    this.own(this.registration);
  }
}

class Failing extends Stepping {
  static override readonly id = 'failing';

  constructor(negotiation: StreamNegotiation) {
    super(negotiation);
    negotiation.header({ from: 'never' });
    throw new RangeError('broken plugin');
  }
}

/** What the steps of a new session were. */
async function session(client: ReturnType<PlayedServer['client']>, server: PlayedServer): Promise<string[]> {
  const connecting = client.connect();
  const played = await server.next();
  await played.login();
  await played.open(`<x xmlns='urn:x'/>${BIND}`);
  await played.bind();
  await connecting;
  await client.disconnect();
  return taken.splice(0);
}

describe('a plugin with a step of its own', () => {
  it('gets the negotiation of its connection, and loses its step when it is removed', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const plugin = client.use(Stepping);
    expect(plugin.negotiation).toBe(client.negotiation);
    expect(await session(client, server)).toEqual(['x']);
    client.remove(Stepping);
    expect(plugin.registration.disposed).toBe(true);
    expect(await session(client, server)).toEqual([]);
  });

  it('leaves nothing behind where its constructor throws', async () => {
    const server = new PlayedServer();
    const client = server.client();
    expect(() => client.use(Failing)).toThrow(RangeError);
    expect(await session(client, server)).toEqual([]);
  });

  it('is one of one connection', () => {
    const server = new PlayedServer();
    const [one, other] = [server.client(), server.client()];
    expect(one.use(Stepping).negotiation).not.toBe(other.use(Stepping).negotiation);
  });
});
