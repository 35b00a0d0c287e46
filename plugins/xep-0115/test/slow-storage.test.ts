import { MemoryStorage } from '@sestina/core';
import { expect, it } from 'vitest';
import { announce, BOB, EXODUS, MUC, start } from './helpers.js';

class HangingStorage extends MemoryStorage {
  override get(): Promise<never> {
    return new Promise(() => {});
  }
}

it('a storage that never answers keeps nobody from asking', async () => {
  const { stream, caps } = await start({}, { options: { storage: new HangingStorage() } });
  await stream.recv(announce(BOB));
  const asked = caps.info(BOB);
  await stream.clock.advance(5_000);
  await stream.recvResult(await stream.nextSent(), EXODUS);
  expect((await asked).has(MUC)).toBe(true);
});
