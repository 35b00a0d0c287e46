import { type AskOptions, type BaseXMPP, ConfigError, type JID, type Message } from '@sestina/core';
import type { ArchiveReader } from './archive-reader.js';
import { ArchiveCursorError } from './errors.js';
import type { ArchiveQueryFilter } from './filter.js';
import type { Heard } from './heard.js';
import { LiveHold } from './live-hold.js';
import type { ReadPosition } from './read-position.js';

/** Options of `catchUp()`. */
export interface CatchUpOptions extends AskOptions {
  /**
   * Whose archive.
   * @default that of our account
   */
  readonly archive?: JID | string | undefined;
  /** What the archive calls the last message that is known: what is behind it is told. */
  readonly after?: string | undefined;
  /** From when on, where `after` is not known, or not in the archive any more. */
  readonly since?: Date | undefined;
  /**
   * Messages that are read at once.
   * @default 50
   */
  readonly pageSize?: number | undefined;
  /**
   * Messages at most.
   * @default 10_000
   */
  readonly limit?: number | undefined;
  /**
   * Milliseconds for which what is said meanwhile is held back at most, so that it is told behind what was said before.
   * @default 20_000
   */
  readonly hold?: number | undefined;
  /**
   * Told what the archive calls the last message up to which nothing is missing: `after` for the next time. While it is read that is
   * each message that was told; once all was read also what comes by itself, as long as the session lasts. Not what was told ahead of
   * its turn, as where the connection is lost in between.
   */
  readonly reached?: ((id: string) => void) | undefined;
}

/** What came of catching up. */
export interface CaughtUp {
  /** What the archive calls the last message that was read: where to go on at the next time. `after` where there was none. */
  readonly last: string | undefined;
  /** Messages that were told. */
  readonly delivered: number;
  /** Whether that was all: false where the limit was reached. */
  readonly complete: boolean;
  /** Whether `after` was not in the archive any more, so that it began at `since`: some may have been told before. */
  readonly restarted: boolean;
}

/** @throws ConfigError for options that cannot be. */
export function checkCatchUp({ after, since, limit = 1, hold = 1 }: CatchUpOptions): void {
  if (after === undefined && since === undefined) {
    throw new ConfigError('say where to begin: `after` the last message that is known, or `since` a time', 'after');
  }
  if (!(limit >= 1)) throw new ConfigError(`limit is a number from 1, got ${limit}`, 'limit');
  if (!(hold >= 0 && Number.isFinite(hold))) {
    throw new ConfigError(`hold is a number of milliseconds from 0, got ${hold}`, 'hold');
  }
}

/** What catching up works with. */
export interface CatchUpHost {
  readonly xmpp: BaseXMPP;
  readonly reader: ArchiveReader;
  readonly heard: Heard;
  /** When a message was sent that comes now. */
  sentAt(message: Message): Date;
  /** Told up to where all was told. */
  readonly position: ReadPosition | undefined;
}

/** Tells what an archive has of the time since; see `MessageArchive.catchUp`. */
export async function catchUp(host: CatchUpHost, archive: JID, options: CatchUpOptions): Promise<CaughtUp> {
  const { archive: _archive, reached: _reached, after, since, pageSize, ...more } = options;
  const { limit = 10_000, hold = 20_000, ...request } = more;
  const { xmpp, heard } = host;
  const live = new LiveHold(xmpp, archive, hold, {
    heldBack: (message, context) => heard.note(message, context),
    sentAt: (message) => host.sentAt(message),
  });
  try {
    if (after === undefined)
      return { ...(await tell(host, archive, { pageSize, start: since }, limit, request)), restarted: false };
    try {
      const { last = after, ...told } = await tell(host, archive, { pageSize, afterId: after }, limit, request);
      return { ...told, last, restarted: false };
    } catch (error) {
      if (!(error instanceof ArchiveCursorError) || !since) throw error;
      return { ...(await tell(host, archive, { pageSize, start: since }, limit, request)), restarted: true };
    }
  } finally {
    await live.release();
  }
}

async function tell(
  { reader, heard, position }: CatchUpHost,
  archive: JID,
  filter: ArchiveQueryFilter,
  limit: number,
  options: AskOptions,
): Promise<Pick<CaughtUp, 'complete' | 'delivered' | 'last'>> {
  let last: string | undefined;
  let delivered = 0;
  let read = 0;
  for await (const found of reader.found(filter, archive, options)) {
    // One more than is wanted shows that there are more.
    if (read === limit) return { last, delivered, complete: false };
    read += 1;
    last = found.id;
    if (found.message && !heard.has(archive, found.id, found.message)) {
      heard.noteTold(archive, found.id);
      await reader.delivered(found, archive);
      delivered += 1;
    }
    position?.read(found.id);
  }
  return { last, delivered, complete: true };
}
