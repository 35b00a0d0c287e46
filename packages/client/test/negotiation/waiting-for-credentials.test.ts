import { describe, expect, it } from 'vitest';
import { mechanisms, PlayedServer, streamError } from '../support.js';

/** Somebody who never types a password, and is told when that is not wanted any more. */
function undecided() {
  const state: { signal?: AbortSignal } = {};
  const credentials = (signal: AbortSignal): Promise<never> => {
    state.signal = signal;
    return new Promise<never>(() => {});
  };
  return { state, credentials };
}

describe('a connection that ends while credentials() is at it', () => {
  it('by a stream error rejects with that, and aborts the signal', async () => {
    const server = new PlayedServer();
    const { state, credentials } = undecided();
    const connecting = server.client({ credentials }).connect();
    const played = await server.next();
    await played.open(mechanisms('PLAIN'));
    await expect.poll(() => state.signal).toBeDefined();
    played.peer.send(streamError('connection-timeout'));
    const error = await connecting.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ condition: 'connection-timeout', origin: 'peer', retryable: true });
    expect(state.signal?.reason).toBe(error);
  });

  it('without a word rejects too', async () => {
    const server = new PlayedServer();
    const { state, credentials } = undecided();
    const connecting = server.client({ credentials }).connect();
    const played = await server.next();
    await played.open(mechanisms('PLAIN'));
    await expect.poll(() => state.signal).toBeDefined();
    played.end.end();
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST', retryable: true });
  });

  it('by disconnect() rejects with that', async () => {
    const server = new PlayedServer();
    const { state, credentials } = undecided();
    const client = server.client({ credentials });
    const failed = expect(client.connect()).rejects.toMatchObject({ code: 'ERR_DISCONNECTED' });
    await (await server.next()).open(mechanisms('PLAIN'));
    await expect.poll(() => state.signal).toBeDefined();
    await client.disconnect();
    await failed;
    expect(state.signal?.aborted).toBe(true);
  });
});
