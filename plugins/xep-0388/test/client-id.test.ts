import { Logger, provide, Storage } from '@sestina/core';
import { MemorySecrets, Secrets } from '@sestina/core/storage';
import { lookUp } from '@sestina/core/transport';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ClientId, UUID } from '../src/client-id.js';

const streams = useStreams(afterEach);
const never = new AbortController().signal;

class Lines extends Logger {
  readonly lines: string[] = [];
  debug(): void {}
  info(): void {}
  warn(message: string): void {
    this.lines.push(message);
  }
  error(): void {}
}

async function start(secrets: MemorySecrets = new MemorySecrets()) {
  const logger = new Lines();
  const stream = streams.keep(await ScriptedStream.start({ options: { logger } }));
  const { xmpp } = stream;
  provide(xmpp.scope, Secrets, secrets);
  logger.lines.length = 0;
  const keyOf = (place: number): string => `xep-0388/${xmpp.account}/${place}`;
  return { stream, xmpp, secrets, logger, keyOf, made: () => new ClientId(xmpp) };
}

describe('which client it is', () => {
  it('is found once, and kept', async () => {
    const { made, secrets, keyOf } = await start();
    const client = made();
    const id = await client.take(never);
    expect(id).toMatch(UUID);
    expect([await client.take(never), await secrets.get(keyOf(0))]).toEqual([id, id]);
    await secrets.set(keyOf(0), 'another');
    expect(await client.take(never)).toBe(id);
  });

  it('is what was kept, where that is one', async () => {
    const known = '00000000-0000-4000-8000-000000000000';
    for (const [kept, same] of [
      [known, true],
      ['nonsense', false],
      [`${known}x`, false],
    ] as const) {
      const { made, secrets, keyOf } = await start();
      await secrets.set(keyOf(0), kept);
      const id = await made().take(never);
      expect([id === kept, UUID.test(id), (await secrets.get(keyOf(0))) === id]).toEqual([same, true, true]);
    }
  });

  it('is kept for sixteen at once, and for who comes after one of them', async () => {
    const { made, secrets, keyOf, logger } = await start();
    const clients = Array.from({ length: 17 }, made);
    const ids: string[] = [];
    for (const client of clients) ids.push(await client.take(never));
    expect(new Set(ids).size).toBe(17);
    expect([await secrets.get(keyOf(15)), await secrets.get(keyOf(16)), logger.lines]).toEqual([
      ids[15],
      undefined,
      [],
    ]);
    clients[3]?.dispose();
    expect(await made().take(never)).toBe(ids[3]);
  });

  it('leaves its place to others also where it ends before it has it', async () => {
    const { made, secrets, keyOf } = await start();
    const first = made();
    const taking = first.take(never);
    first.dispose();
    const id = await taking;
    expect([await made().take(never), await secrets.get(keyOf(1))]).toEqual([id, undefined]);
  });

  it('is another one after a restart where the store fails or hangs, and the log says so', async () => {
    class Broken extends MemorySecrets {
      override get(): Promise<string | undefined> {
        return Promise.reject(new Error('no disk'));
      }
    }
    const { made, logger } = await start(new Broken());
    expect(await made().take(never)).toMatch(UUID);
    expect(logger.lines).toEqual([expect.stringMatching(/another one after a restart.*no disk/)]);
    class Hanging extends MemorySecrets {
      override get(): Promise<string | undefined> {
        return new Promise(() => {});
      }
    }
    const hanging = await start(new Hanging());
    const taking = hanging.made().take(never);
    await hanging.stream.clock.advance(5_000);
    expect(await taking).toMatch(UUID);
    expect(hanging.logger.lines).toEqual([expect.stringContaining('the store of the client id')]);
    const controller = new AbortController();
    const given = expect(hanging.made().take(controller.signal)).rejects.toThrow('enough');
    controller.abort(new Error('enough'));
    await given;
  });

  it('is another one where nobody can say whether the place is free', async () => {
    const { xmpp, made, logger, secrets, keyOf } = await start();
    const storage = lookUp(xmpp.scope, Storage) as Storage;
    storage.locks.acquire = () => Promise.reject(new Error('no locks'));
    expect(await made().take(never)).toMatch(UUID);
    expect([logger.lines.length, await secrets.get(keyOf(0))]).toEqual([1, undefined]);
    expect(logger.lines[0]).toContain('no locks');
  });
});
