import { StanzaError } from '@sestina/core';
import { ArchiveCursorError, ArchiveForbiddenError, MessageArchive } from '@sestina/xep-0313';
import type { Conversation } from '../store/conversation.js';
import type { Parts } from './parts.js';

/** Messages that are asked for when somebody scrolls up. */
const PAGE = 30;
/** How much of what was said lately is fetched first, whoever has said it. */
const RECENT = 100;
const DAY = 86_400_000;

/** What servers and rooms keep of conversations. What is fetched goes the way of every other message (`Incoming`). */
export class History {
  readonly #parts: Parts;
  readonly #archive: MessageArchive;
  #backward = 0;
  /** What our archive calls the newest message that has come, and when that was. */
  #last: { readonly id: string; readonly at: Date } | undefined;

  constructor(parts: Parts) {
    const { xmpp } = parts;
    this.#parts = parts;
    this.#archive = xmpp.plugin(MessageArchive);
    xmpp.onMessage(
      ({ context: { archive, archiveId, sentAt = new Date() } }) => {
        if (archiveId === undefined || !archive?.equals(xmpp.account)) return;
        if (!this.#last || sentAt >= this.#last.at) this.#last = { id: archiveId, at: sentAt };
      },
      { sources: ['stream', 'carbon', 'archive'] },
    );
  }

  /** Whether something is told now after what was said later. */
  get isBackward(): boolean {
    return this.#backward > 0;
  }

  /** At the beginning of a session: what was said since the last one; in the first, what was said last. */
  async catchUp(): Promise<void> {
    try {
      if (this.#last) await this.#catchUpFrom(this.#last);
      else await this.#drain({ limit: RECENT });
    } catch (error) {
      // A server without an archive tells what has waited by itself.
      if (!(error instanceof StanzaError)) throw error;
    }
    this.#parts.changed();
  }

  /** Fetches what was said before the first line, as much as fills a screen. */
  async older(conversation: Conversation): Promise<void> {
    if (conversation.older === 'loading' || conversation.older === 'none') return;
    conversation.older = 'loading';
    this.#parts.changed();
    try {
      conversation.older = await this.#olderOf(conversation);
    } catch (error) {
      conversation.older = error instanceof ArchiveForbiddenError || isWithoutArchive(error) ? 'none' : 'failed';
    }
    this.#parts.changed();
  }

  async #olderOf(conversation: Conversation): Promise<'more' | 'none'> {
    const { jid, kind } = conversation;
    const where = kind === 'room' ? { archive: jid } : { with: jid };
    const before = conversation.lines.length;
    let beforeId = this.#oldestIn(conversation);
    // What is said of messages takes places in a page, too.
    while (conversation.lines.length - before < PAGE / 2) {
      const { count, oldest } = await this.#drain({ ...where, beforeId, limit: PAGE });
      if (count < PAGE || oldest === undefined) return 'none';
      beforeId = oldest;
    }
    return 'more';
  }

  /** What the archive calls the first line that it knows: it goes on before that. */
  #oldestIn({ lines }: Conversation): string | undefined {
    for (const { key } of lines) {
      const id = this.#parts.originals.get(key)?.facts.archiveId;
      if (id !== undefined) return id;
    }
    return undefined;
  }

  /** Has messages told to who listens to archives, newest first. */
  async #drain(filter: {
    readonly limit: number;
    readonly with?: string;
    readonly archive?: string;
    readonly beforeId?: string | undefined;
  }): Promise<{ readonly count: number; readonly oldest: string | undefined }> {
    let count = 0;
    let oldest: string | undefined;
    const pageSize = Math.min(filter.limit, 50);
    this.#backward += 1;
    try {
      for await (const { id } of this.#archive.query({ ...filter, direction: 'backward', pageSize, deliver: true })) {
        count += 1;
        oldest = id;
      }
    } finally {
      this.#backward -= 1;
    }
    return { count, oldest };
  }

  async #catchUpFrom({ id, at }: { readonly id: string; readonly at: Date }): Promise<void> {
    let after = id;
    const since = new Date(at.getTime() - DAY);
    for (;;) {
      const { complete, last } = await this.#archive.catchUp({ after, since });
      if (complete || last === undefined || last === after) return;
      after = last;
    }
  }
}

function isWithoutArchive(error: unknown): boolean {
  if (error instanceof ArchiveCursorError) return false;
  return error instanceof StanzaError && error.type === 'cancel';
}
