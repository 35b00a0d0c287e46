import { type AskOptions, BaseXMPP, ConfigError, JID, Plugin, type Registration } from '@sestina/core';
import { checkOption } from '@sestina/core/connection';
import type { Form } from '@sestina/xep-0004';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { ResultSet } from '@sestina/xep-0059';
import { DelayedDelivery } from '@sestina/xep-0203';
import { StanzaIds } from '@sestina/xep-0359';
import { BindFeatures } from '@sestina/xep-0386/inline';
import { ArchiveReader } from './archive-reader.js';
import type { ArchivedMessage } from './archived.js';
import { type CatchUpOptions, type CaughtUp, catchUp, checkCatchUp } from './catch-up.js';
import type { ArchiveFeatures } from './features.js';
import { type ArchivePageFilter, type ArchiveQueryFilter, checkFilter } from './filter.js';
import { Heard } from './heard.js';
import { addressOf } from './open-queries.js';
import { ReadPosition } from './read-position.js';
import { ArchiveMetadata, ArchiveResult, NS_MAM } from './stanza.js';

/** Options of `MessageArchive`. */
export class MessageArchiveOptions {
  /**
   * Bytes of a page at most, as they are on the stream. A larger one is refused.
   * @default 8_388_608
   */
  maxPageBytes = 8_388_608;
}

/** A part of an archive, oldest first; the other way round where it was flipped. */
export interface ArchivePage {
  readonly messages: readonly ArchivedMessage[];
  /** What the archive calls the first and the last of them. */
  readonly first: string | undefined;
  readonly last: string | undefined;
  /** Whether there is nothing behind it, in the direction that was asked for. */
  readonly complete: boolean;
  /** Whether the archive will give the same again; what is not stable is not to be kept. */
  readonly stable: boolean;
  /** How many messages the filter finds in all, as far as the archive says so. Often it is not exact. */
  readonly count: number | undefined;
}

/** An end of an archive. */
export interface ArchiveEdge {
  readonly id: string;
  readonly sentAt: Date | undefined;
}

/** Messages that may be asked for without a signal. */
const MAX_UNSIGNALLED = 1_000;

/** XEP-0313: Message Archive Management, version 1.1.3. Reads what servers and rooms keep of conversations. */
export class MessageArchive extends Plugin {
  static override readonly id = 'xep-0313';
  static override readonly Options = MessageArchiveOptions;
  static override readonly inject = [
    BaseXMPP,
    MessageArchiveOptions,
    ServiceDiscovery,
    DelayedDelivery,
    StanzaIds,
  ] as const;
  readonly #xmpp: BaseXMPP;
  readonly #reader: ArchiveReader;
  readonly #heard: Heard;
  readonly #delayed: DelayedDelivery;
  /** Of a session in which was caught up: keeps out what was told out of an archive, and comes by itself behind that. */
  #once: Registration | undefined;
  /** Up to where each archive was read, for those who want to know it. */
  readonly #positions = new Map<string, ReadPosition>(); // bound: archives that the program catches up with

  /** @throws ConfigError for a bound that is no number from 1. */
  constructor(
    xmpp: BaseXMPP,
    { maxPageBytes }: MessageArchiveOptions,
    disco: ServiceDiscovery,
    delayed: DelayedDelivery,
    _stanzaIds: StanzaIds,
  ) {
    super();
    const fits = typeof maxPageBytes === 'number' && maxPageBytes >= 1;
    checkOption('maxPageBytes', maxPageBytes, fits, 'a number from 1');
    this.#xmpp = xmpp;
    this.#delayed = delayed;
    this.#reader = new ArchiveReader(xmpp, disco, maxPageBytes, (signal, work) => this.untilRemoved(signal, work));
    this.#heard = new Heard(xmpp);
    this.own(
      // Whoever has it installed reads what the server would not keep any more (XEP-0386 §3.2).
      xmpp.plugins.whenInstalled(BindFeatures, (features) => features.inline({ namespace: NS_MAM })),
      xmpp.messages.unwrap(ArchiveResult, (outer, result) => this.#reader.open.verdict(outer, result)),
      xmpp.messages.describe((message, context) => this.#heard.note(message, context)),
      { dispose: () => this.#forgetPositions() },
    );
  }

  override sessionEnd(): void {
    this.#reader.known.clear();
    this.#heard.sessionEnds();
    this.#once?.dispose();
    this.#once = undefined;
    this.#forgetPositions();
  }

  #forgetPositions(): void {
    for (const position of this.#positions.values()) position.dispose();
    this.#positions.clear();
  }

  /**
   * The messages of an archive, one after the other: oldest first, or newest first with `direction: 'backward'`. Pages are asked for as
   * they are needed; leaving the loop asks for no more.
   * @throws ConfigError for a filter that cannot be. While it is read: ArchiveCursorError, ArchiveFeatureError, ArchiveForbiddenError,
   *   ArchivePageTooLargeError, ArchiveStuckError; a StanzaError of the archive; what `request()` of the connection throws.
   */
  query(filter: ArchiveQueryFilter = {}, options: AskOptions = {}): AsyncGenerator<ArchivedMessage, void, undefined> {
    checkFilter(filter, 'query');
    const { limit } = filter;
    if (limit !== undefined && limit > MAX_UNSIGNALLED && !options.signal) {
      throw new ConfigError(`a limit over ${MAX_UNSIGNALLED} needs a signal, so that somebody can end it`, 'limit');
    }
    return this.#query(filter, this.#archiveOf(filter.archive), options);
  }

  async *#query(filter: ArchiveQueryFilter, archive: JID, options: AskOptions): ReturnType<MessageArchive['query']> {
    const reader = this.#reader;
    for await (const found of reader.found(filter, archive, options)) {
      yield filter.deliver ? await reader.delivered(found, archive) : reader.adopted(found, archive);
    }
  }

  /**
   * Tells what was said since the last time to those who listen to the source `archive`, oldest first. What is said meanwhile is held
   * back and told behind it, and what was heard by itself, or sent, in this session is not told again.
   * @throws ConfigError where it is not said where to begin; ArchiveCursorError where `after` is gone and there is no `since`; as `query()`.
   */
  async catchUp(options: CatchUpOptions): Promise<CaughtUp> {
    checkCatchUp(options);
    const archive = this.#archiveOf(options.archive);
    this.#once ??= this.own(
      this.#xmpp.messages.transform('in', (message, context) =>
        this.#heard.wasTold(message, context) ? undefined : message,
      ),
    );
    return this.untilRemoved(options.signal, async (signal) => {
      const position = this.#positionIn(archive, options.reached);
      const host = {
        position,
        xmpp: this.#xmpp,
        reader: this.#reader,
        heard: this.#heard,
        sentAt: this.#delayed.sentAt.bind(this.#delayed),
      };
      let complete = false;
      try {
        const caughtUp = await catchUp(host, archive, { ...options, signal });
        signal.throwIfAborted();
        ({ complete } = caughtUp);
        return caughtUp;
      } finally {
        if (complete) position?.complete();
        else position?.dispose();
      }
    });
  }

  #positionIn(archive: JID, reached: CatchUpOptions['reached']): ReadPosition | undefined {
    const key = archive.full;
    this.#positions.get(key)?.dispose();
    this.#positions.delete(key);
    if (!reached) return undefined;
    const position = new ReadPosition(this.#xmpp, archive, reached);
    this.#positions.set(key, position);
    return position;
  }

  /**
   * One page of an archive.
   * @param options `arrived` is called with each message as it comes, before the page is complete; where that is refused in the end,
   *   they do not count.
   * @throws as `query()`.
   */
  async page(
    filter: ArchivePageFilter = {},
    { arrived, ...options }: AskOptions & { readonly arrived?: ((message: ArchivedMessage) => void) | undefined } = {},
  ): Promise<ArchivePage> {
    checkFilter(filter, 'page');
    const archive = this.#archiveOf(filter.archive);
    const { direction, pageSize = 50, beforeId, afterId } = filter;
    const set = new ResultSet({ max: pageSize });
    if (direction === 'backward') set.before = beforeId ?? '';
    else set.after = afterId;
    const { found, fin } = await this.untilRemoved(options.signal, async (signal) => {
      const ask = { ...options, signal };
      const parts = await this.#reader.partsOf(filter, direction, archive, ask);
      return this.#reader.page(filter, archive, parts, set, { ...ask, arrived });
    });
    const { first, last, count } = fin.resultSet ?? {};
    const messages = found.map((each) => this.#reader.adopted(each, archive));
    return { messages, first, last, count, complete: fin.complete, stable: fin.stable };
  }

  /**
   * The messages that an archive calls so, in its order, as far as they are there. Needs `urn:xmpp:mam:2#extended`.
   * @throws as `query()`; ArchiveCursorError where the archive says that one of them is not there.
   */
  async get(
    ids: readonly string[],
    { archive, ...options }: AskOptions & { readonly archive?: JID | string | undefined } = {},
  ): Promise<readonly ArchivedMessage[]> {
    const found: ArchivedMessage[] = [];
    const filter = { ids, archive, pageSize: ids.length || 1, groupchat: true };
    for await (const each of this.query(filter, options)) found.push(each);
    return found;
  }

  /**
   * The oldest and the newest message of an archive; undefined for an empty one.
   * @throws as `query()`.
   */
  async metadata(
    archive?: JID | string,
    options: AskOptions = {},
  ): Promise<{ readonly start: ArchiveEdge; readonly end: ArchiveEdge } | undefined> {
    const jid = this.#archiveOf(archive);
    return this.untilRemoved(options.signal, async (signal) => {
      const ask = { ...options, signal };
      if (!(await this.#reader.known.has(jid, 'extended', ask))) return this.#edges(jid, ask);
      const to = addressOf(this.#xmpp, jid);
      const { start, end } = await this.#reader.asking(jid, () =>
        this.#xmpp.iqGet(to, new ArchiveMetadata(), { ...ask, answer: ArchiveMetadata }),
      );
      if (!start?.id || !end?.id) return undefined;
      return { start: { id: start.id, sentAt: start.timestamp }, end: { id: end.id, sentAt: end.timestamp } };
    });
  }

  /** For archives that do not say it: their first message, and their last. */
  async #edges(archive: JID, options: AskOptions): ReturnType<MessageArchive['metadata']> {
    const filter = { archive, pageSize: 1, groupchat: true };
    const [start] = (await this.page(filter, options)).messages;
    const [end] = (await this.page({ ...filter, direction: 'backward' }, options)).messages;
    return start && end && { start: edgeOf(start), end: edgeOf(end) };
  }

  /**
   * The fields that filters of an archive may have.
   * @throws as `query()`.
   */
  async fields(archive?: JID | string, options: AskOptions = {}): Promise<Form> {
    const jid = this.#archiveOf(archive);
    return this.untilRemoved(options.signal, (signal) =>
      this.#reader.asking(jid, () => this.#reader.known.form(jid, { ...options, signal })),
    );
  }

  /**
   * What an archive can do beyond what all of them can.
   * @throws as `query()`.
   */
  async features(archive?: JID | string, options: AskOptions = {}): Promise<ArchiveFeatures> {
    const jid = this.#archiveOf(archive);
    return this.untilRemoved(options.signal, (signal) => {
      const { known } = this.#reader;
      const ask = { ...options, signal };
      return this.#reader.asking(jid, async () => ({
        extended: await known.has(jid, 'extended', ask),
        groupchat: await known.has(jid, 'groupchat-field', ask),
        fullText: (await known.textField(jid, ask)) !== undefined,
      }));
    });
  }

  #archiveOf(archive: JID | string | undefined): JID {
    if (archive !== undefined) return JID.from(archive);
    if (this.#xmpp.isComponent) {
      throw new ConfigError('a component has no archive of its own: say which one is asked', 'archive');
    }
    return this.#xmpp.account;
  }
}

function edgeOf({ id, sentAt }: ArchivedMessage): ArchiveEdge {
  return { id, sentAt };
}
