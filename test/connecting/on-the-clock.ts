import { createHash } from 'node:crypto';
import { afterAll, beforeAll, vi } from 'vitest';
import { World } from './world.js';

/**
 * Has nothing wait for what runs on no clock: the digest of a component's handshake is made at once, and the code that is loaded when
 * it is needed first is there.
 */
export function onTheClockAlone(): void {
  beforeAll(async () => {
    const world = new World('client over WebSocket');
    await world.xmpp.connect();
    await world.end();
    vi.spyOn(crypto.subtle, 'digest').mockImplementation(async (_, data) => {
      const { buffer, byteOffset, byteLength } = createHash('sha1')
        .update(data as Uint8Array)
        .digest();
      return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    });
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });
}
