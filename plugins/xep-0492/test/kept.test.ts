import { JID, Logger, MemoryStorage, Message } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { DisplayedElsewhere } from '../src/displayed-elsewhere.js';
import { KeptSettings } from '../src/kept-settings.js';

const streams = useStreams(afterEach);
const never = new AbortController().signal;

describe('what was displayed elsewhere', () => {
  const romeo = JID.parse('romeo@montague.net');
  const delayed = new Date(5_000);
  const message = (
    sentAt: number | undefined,
    { archiveId, late = true, peer = romeo }: { archiveId?: string; late?: boolean; peer?: JID } = {},
  ) => {
    const made = new Message();
    Object.defineProperty(made, 'context', {
      value: { peer, archiveId, sentAt: sentAt === undefined ? undefined : new Date(sentAt) },
    });
    Object.defineProperty(made, 'delay', { value: late ? { stamp: delayed } : undefined });
    return made;
  };
  const noted = (sentAt?: number) => {
    const all = new DisplayedElsewhere();
    const facts = sentAt === undefined ? undefined : { sentAt: new Date(sentAt) };
    all.note({ peer: romeo, archiveId: 'a1', facts } as Parameters<DisplayedElsewhere['note']>[0]);
    return all;
  };

  it('is that message, and what came late and was said before', () => {
    const all = noted(1_000);
    expect([999, 1_000, 1_001].map((at) => all.has(message(at)))).toEqual([true, true, false]);
    expect(all.has(message(2_000, { archiveId: 'a1' }))).toBe(true);
    expect(all.has(message(2_000, { archiveId: 'a2' }))).toBe(false);
    expect([all.has(message(999, { late: false })), all.has(message(undefined))]).toEqual([false, false]);
    expect(all.has(message(999, { peer: JID.parse('nurse@capulet.com') }))).toBe(false);
    all.clear();
    expect(all.has(message(999))).toBe(false);
  });

  it('is not what was said before a message that nobody knows', () => {
    expect(noted().has(message(0))).toBe(false);
    const undated = new DisplayedElsewhere();
    undated.note({ peer: romeo, archiveId: 'a1', facts: {} } as Parameters<DisplayedElsewhere['note']>[0]);
    expect(undated.has(message(0))).toBe(false);
  });

  it('is of a thousand conversations', () => {
    const all = new DisplayedElsewhere();
    const peer = (i: number): JID => JID.parse(`u${i}@example.org`);
    for (let i = 0; i <= 1_000; i++) {
      all.note({ peer: peer(i), archiveId: 'a1', facts: undefined } as Parameters<DisplayedElsewhere['note']>[0]);
    }
    expect([0, 1].map((i) => all.has(message(0, { archiveId: 'a1', peer: peer(i) })))).toEqual([false, true]);
  });
});

describe('what is kept of contacts', () => {
  class Lines extends Logger {
    readonly lines: string[] = [];
    debug(): void {}
    info(): void {}
    warn(message: string): void {
      this.lines.push(message);
    }
    error(): void {}
  }
  async function kept(storage: MemoryStorage) {
    const logger = new Lines();
    const stream = streams.keep(await ScriptedStream.start({ options: { logger } }));
    logger.lines.length = 0;
    return { stream, logger, settings: new KeptSettings(stream.xmpp, storage) };
  }

  it('that cannot be read is named in the log', async () => {
    class Broken extends MemoryStorage {
      override async keys(): Promise<string[]> {
        throw new Error('no disk');
      }
    }
    const { settings, logger } = await kept(new Broken());
    await settings.load(never);
    expect(logger.lines).toEqual([expect.stringMatching(/settings of contacts could not be read.*no disk/)]);
    class Slow extends MemoryStorage {
      override keys(): Promise<string[]> {
        return new Promise(() => {});
      }
    }
    const slow = await kept(new Slow());
    const loading = slow.settings.load(never);
    await slow.stream.clock.advance(5_000);
    await loading;
    expect(slow.logger.lines).toEqual([expect.stringContaining('the store of notification settings')]);
  });

  it('is no matter any more once nobody waits', async () => {
    class Slow extends MemoryStorage {
      override keys(): Promise<string[]> {
        return new Promise(() => {});
      }
    }
    const { settings, logger } = await kept(new Slow());
    const controller = new AbortController();
    const loading = settings.load(controller.signal);
    controller.abort();
    await loading;
    expect(logger.lines).toEqual([]);
  });

  it('is ten thousand at most, and what was set meanwhile stays', async () => {
    class Many extends MemoryStorage {
      reads = 0;
      override async keys(prefix: string): Promise<string[]> {
        return Array.from({ length: 10_001 }, (_, i) => `${prefix}u${i}@example.org`);
      }
      override async get(): Promise<string> {
        this.reads += 1;
        return 'never';
      }
    }
    const storage = new Many();
    const { settings } = await kept(storage);
    settings.put('u0@example.org', 'always');
    await settings.load(never);
    expect([storage.reads, settings.get('u0@example.org'), settings.get('u1@example.org')]).toEqual([
      10_000,
      'always',
      'never',
    ]);
  });
});
