import { type AskOptions, BaseXMPP, ConfigError, DisconnectedError, JID, Plugin, StanzaError } from '@sestina/core';
import { Gate } from '@sestina/core/util';
import type { Form } from '@sestina/xep-0004';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { PagingError, pages, ResultSet } from '@sestina/xep-0059';
import { type ArchivedMessage, type Found, foundIn } from './archived.js';
import { ArchiveCursorError, ArchiveFeatureError, ArchiveForbiddenError, ArchiveStuckError } from './errors.js';
import { type ArchiveFeatures, KnownArchives } from './features.js';
import { type ArchivePageFilter, type ArchiveQueryFilter, checkFilter, type FormParts, formOf } from './filter.js';
import { addressOf, isAccount, OpenQueries } from './open-queries.js';
import { ArchiveMetadata, ArchiveResult } from './stanza.js';

/** Options of `MessageArchive`. */
export class MessageArchiveOptions {
  /**
   * Bytes of a page at most, as they are on the stream. A larger one is refused.
   * @default 8_388_608
   */
  maxPageBytes = 8_388_608;
}

/** A part of an archive, oldest first. */
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

const FORBIDDEN: ReadonlySet<string> = new Set([
  ...['forbidden', 'not-allowed', 'not-authorized', 'registration-required', 'subscription-required'],
]);

/** XEP-0313: Message Archive Management, version 1.1.3. Reads what servers and rooms keep of conversations. */
export class MessageArchive extends Plugin {
  static override readonly id = 'xep-0313';
  static override readonly Options = MessageArchiveOptions;
  static override readonly inject = [BaseXMPP, MessageArchiveOptions, ServiceDiscovery] as const;
  readonly #xmpp: BaseXMPP;
  readonly #open: OpenQueries;
  readonly #known: KnownArchives;
  readonly #gate = new Gate({ what: 'queries of archives', total: 2, perKey: 1 });

  /** @throws ConfigError for a bound that is no number from 1. */
  constructor(xmpp: BaseXMPP, { maxPageBytes }: MessageArchiveOptions, disco: ServiceDiscovery) {
    super();
    if (!(maxPageBytes >= 1)) {
      throw new ConfigError(`maxPageBytes is a number from 1, got ${maxPageBytes}`, 'maxPageBytes');
    }
    this.#xmpp = xmpp;
    this.#open = new OpenQueries(xmpp, maxPageBytes);
    this.#known = new KnownArchives(xmpp, disco);
    this.own(xmpp.messages.unwrap(ArchiveResult, (outer, result) => this.#open.verdict(outer, result)));
  }

  override sessionEnd(): void {
    this.#known.clear();
  }

  /**
   * The messages of an archive, one after the other: oldest first, or newest first with `direction: 'backward'`. Pages are asked for as
   * they are needed; leaving the loop asks for no more.
   * @throws ConfigError for a filter that cannot be. While it is read: ArchiveCursorError, ArchiveFeatureError, ArchiveForbiddenError,
   *   ArchivePageTooLargeError, ArchiveStuckError; a StanzaError of the archive; what `request()` of the connection throws.
   */
  query(filter: ArchiveQueryFilter = {}, options: AskOptions = {}): AsyncGenerator<ArchivedMessage, void, undefined> {
    checkFilter(filter);
    const { limit } = filter;
    if (limit !== undefined && limit > MAX_UNSIGNALLED && !options.signal) {
      throw new ConfigError(`a limit over ${MAX_UNSIGNALLED} needs a signal, so that somebody can end it`, 'limit');
    }
    return this.#query(filter, this.#archiveOf(filter.archive), options);
  }

  async *#query(filter: ArchiveQueryFilter, archive: JID, options: AskOptions): ReturnType<MessageArchive['query']> {
    const { direction, pageSize, limit, deliver = false } = filter;
    const from = direction === 'backward' ? filter.beforeId : filter.afterId;
    let parts: Promise<FormParts> | undefined;
    const fetch = async (set: ResultSet) => {
      parts ??= this.#partsOf(filter, archive, options);
      const { found, fin } = await this.#ask(filter, archive, await parts, set, options);
      return { items: found, set: fin.resultSet, complete: fin.complete };
    };
    try {
      for await (const found of pages(fetch, { direction, pageSize, limit, from, signal: options.signal })) {
        yield deliver ? await this.#delivered(found, archive) : this.#adopted(found, archive);
      }
    } catch (error) {
      if (!(error instanceof PagingError)) throw error;
      throw new ArchiveStuckError(error.reason, error.pages, { cause: error });
    }
  }

  /**
   * One page of an archive.
   * @throws as `query()`.
   */
  async page(filter: ArchivePageFilter = {}, options: AskOptions = {}): Promise<ArchivePage> {
    checkFilter(filter);
    const archive = this.#archiveOf(filter.archive);
    const { direction, pageSize = 50, beforeId, afterId } = filter;
    const set = new ResultSet({ max: pageSize });
    if (direction === 'backward') set.before = beforeId ?? '';
    else set.after = afterId;
    const parts = await this.#partsOf(filter, archive, options);
    const { found, fin } = await this.#ask(filter, archive, parts, set, options);
    return {
      messages: found.map((each) => this.#adopted(each, archive)),
      first: fin.resultSet?.first,
      last: fin.resultSet?.last,
      complete: fin.complete,
      stable: fin.stable,
      count: fin.resultSet?.count,
    };
  }

  /**
   * The messages that an archive calls so, in its order. Needs `urn:xmpp:mam:2#extended`.
   * @throws as `query()`; ArchiveCursorError where one of them is not there.
   */
  async get(
    ids: readonly string[],
    { archive, ...options }: AskOptions & { readonly archive?: JID | string | undefined } = {},
  ): Promise<readonly ArchivedMessage[]> {
    const found: ArchivedMessage[] = [];
    for await (const each of this.query({ ids, archive, limit: ids.length, groupchat: true }, options))
      found.push(each);
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
    if (!(await this.#known.has(jid, 'extended', options))) return this.#edges(jid, options);
    const { start, end } = await this.untilRemoved(options.signal, (signal) =>
      this.#asking(jid, undefined, () =>
        this.#xmpp.iqGet(addressOf(this.#xmpp, jid), new ArchiveMetadata(), {
          ...options,
          signal,
          answer: ArchiveMetadata,
        }),
      ),
    );
    if (!start?.id || !end?.id) return undefined;
    return { start: { id: start.id, sentAt: start.timestamp }, end: { id: end.id, sentAt: end.timestamp } };
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
  fields(archive?: JID | string, options: AskOptions = {}): Promise<Form> {
    const jid = this.#archiveOf(archive);
    return this.untilRemoved(options.signal, (signal) =>
      this.#asking(jid, undefined, () => this.#known.form(jid, { ...options, signal })),
    );
  }

  /**
   * What an archive can do beyond what all of them can.
   * @throws as `query()`.
   */
  async features(archive?: JID | string, options: AskOptions = {}): Promise<ArchiveFeatures> {
    const jid = this.#archiveOf(archive);
    return this.untilRemoved(options.signal, async (signal) => {
      const ask = { ...options, signal };
      return {
        extended: await this.#known.has(jid, 'extended', ask),
        groupchat: await this.#known.has(jid, 'groupchat-field', ask),
        fullText: (await this.#known.textField(jid, ask)) !== undefined,
      };
    });
  }

  #archiveOf(archive: JID | string | undefined): JID {
    if (archive !== undefined) return JID.from(archive);
    if (this.#xmpp.isComponent) {
      throw new ConfigError('a component has no archive of its own: say which one is asked', 'archive');
    }
    return this.#xmpp.account;
  }

  /** @throws ArchiveFeatureError for what the archive cannot filter by. */
  async #partsOf(filter: ArchivePageFilter, archive: JID, options: AskOptions): Promise<FormParts> {
    const { afterId, beforeId, ids, text } = filter;
    const isBackward = filter.direction === 'backward';
    const [name, id] = isBackward ? (['after-id', afterId] as const) : (['before-id', beforeId] as const);
    const bound = id === undefined ? undefined : { name, id };
    const option = ids ? 'ids' : bound && (isBackward ? 'afterId' : 'beforeId');
    if (option && !(await this.#known.has(archive, 'extended', options))) {
      throw new ArchiveFeatureError(archive.full, 'urn:xmpp:mam:2#extended', option);
    }
    const textField = text === undefined ? undefined : await this.#known.textField(archive, options);
    if (text !== undefined && !textField) throw new ArchiveFeatureError(archive.full, 'field for words', 'text');
    const saysGroupchat =
      isAccount(this.#xmpp, archive) && (await this.#known.has(archive, 'groupchat-field', options));
    return { textField, saysGroupchat, bound };
  }

  async #ask(
    filter: ArchivePageFilter,
    archive: JID,
    parts: FormParts,
    set: ResultSet,
    options: AskOptions,
  ): Promise<{ found: Found[]; fin: Awaited<ReturnType<OpenQueries['ask']>>['fin'] }> {
    const cursor = set.after || set.before || parts.bound?.id || filter.ids?.[0];
    const { fin, results } = await this.untilRemoved(options.signal, (signal) =>
      this.#asking(archive, cursor, () =>
        this.#gate.run(() => this.#open.ask(archive, formOf(filter, parts), set, { ...options, signal }), {
          key: archive.full,
          signal,
        }),
      ),
    );
    const found = results.map((result) => foundIn(this.#xmpp, archive, result));
    return { fin, found: found.filter((each) => each !== undefined) };
  }

  async #asking<T>(archive: JID, cursor: string | undefined, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      if (FORBIDDEN.has(error.condition)) throw new ArchiveForbiddenError(archive.full, error);
      if (cursor !== undefined && error.condition === 'item-not-found') {
        throw new ArchiveCursorError(cursor, { cause: error });
      }
      throw error;
    }
  }

  #adopted({ id, sentAt, message, known }: Found, archive: JID): ArchivedMessage {
    return { id, archive, sentAt, message: message && this.#xmpp.messages.adopt(message, known) };
  }

  async #delivered({ id, sentAt, message, known }: Found, archive: JID): Promise<ArchivedMessage> {
    try {
      return { id, archive, sentAt, message: message && (await this.#xmpp.messages.deliver(message, known)) };
    } catch (error) {
      if (error instanceof DisconnectedError) throw error;
      // One that cannot be read does not hide those behind it.
      this.#xmpp.reportError(error, `message ${id} of an archive`);
      return { id, archive, sentAt, message: undefined };
    }
  }
}

function edgeOf({ id, sentAt }: ArchivedMessage): ArchiveEdge {
  return { id, sentAt };
}
