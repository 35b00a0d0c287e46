import { type AskOptions, type BaseXMPP, DisconnectedError, type JID, StanzaError } from '@sestina/core';
import { Gate } from '@sestina/core/util';
import type { ServiceDiscovery } from '@sestina/xep-0030';
import { PagingError, pages, type ResultSet } from '@sestina/xep-0059';
import { type ArchivedMessage, type Found, foundIn } from './archived.js';
import { ArchiveCursorError, ArchiveFeatureError, ArchiveForbiddenError, ArchiveStuckError } from './errors.js';
import { KnownArchives } from './features.js';
import {
  type ArchiveFilter,
  type ArchivePageFilter,
  type ArchiveQueryFilter,
  type FormParts,
  formOf,
} from './filter.js';
import { isAccount, OpenQueries } from './open-queries.js';
import type { ArchiveFin, ArchiveResult } from './stanza.js';

const FORBIDDEN: ReadonlySet<string> = new Set([
  ...['forbidden', 'not-allowed', 'not-authorized', 'registration-required', 'subscription-required'],
]);

/** Does work until a plugin is removed, or the signal aborts. */
type UntilRemoved = <T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** Asks archives, and says in errors of ours what became of it. */
export class ArchiveReader {
  readonly known: KnownArchives;
  readonly open: OpenQueries;
  readonly #xmpp: BaseXMPP;
  readonly #untilRemoved: UntilRemoved;
  readonly #gate = new Gate({ what: 'queries of archives', total: 2, perKey: 1 });

  constructor(xmpp: BaseXMPP, disco: ServiceDiscovery, maxPageBytes: number, untilRemoved: UntilRemoved) {
    this.#xmpp = xmpp;
    this.#untilRemoved = untilRemoved;
    this.known = new KnownArchives(xmpp, disco);
    this.open = new OpenQueries(xmpp, maxPageBytes);
  }

  /** What a filter finds, one after the other. */
  async *found(filter: ArchiveQueryFilter, archive: JID, options: AskOptions): AsyncGenerator<Found, void, undefined> {
    const { direction, pageSize, limit } = filter;
    const from = direction === 'backward' ? filter.beforeId : filter.afterId;
    let parts: FormParts | undefined;
    const fetch = (set: ResultSet) =>
      this.#untilRemoved(options.signal, async (signal) => {
        const ask = { ...options, signal };
        parts ??= await this.partsOf(filter, direction, archive, ask);
        const { found, fin } = await this.page(filter, archive, parts, set, ask);
        return { items: found, set: fin.resultSet, complete: fin.complete };
      });
    try {
      yield* pages(fetch, { direction, pageSize, limit, from, signal: options.signal });
    } catch (error) {
      if (!(error instanceof PagingError)) throw error;
      throw new ArchiveStuckError(error.reason, error.pages, { cause: error });
    }
  }

  /** What a query has to say for a filter. @throws ArchiveFeatureError for what the archive cannot filter by. */
  async partsOf(
    filter: ArchiveFilter & Pick<ArchivePageFilter, 'flip'>,
    direction: 'backward' | 'forward' | undefined,
    archive: JID,
    options: AskOptions,
  ): Promise<FormParts> {
    const { afterId, beforeId, ids, text, flip } = filter;
    const isBackward = direction === 'backward';
    const [name, id] = isBackward ? (['after-id', afterId] as const) : (['before-id', beforeId] as const);
    const bound = id === undefined ? undefined : { name, id };
    const option = ids ? 'ids' : bound ? (isBackward ? 'afterId' : 'beforeId') : flip && 'flip';
    if (option && !(await this.known.has(archive, 'extended', options))) {
      throw new ArchiveFeatureError(archive.full, 'urn:xmpp:mam:2#extended', option);
    }
    const textField = text === undefined ? undefined : await this.known.textField(archive, options);
    if (text !== undefined && !textField) throw new ArchiveFeatureError(archive.full, 'field for words', 'text');
    const saysGroupchat = isAccount(this.#xmpp, archive) && (await this.known.has(archive, 'groupchat-field', options));
    return { textField, saysGroupchat, bound };
  }

  /** One page. @param options `arrived` is told of each message as it comes. */
  async page(
    filter: ArchivePageFilter,
    archive: JID,
    parts: FormParts,
    set: ResultSet,
    { arrived, ...options }: AskOptions & { readonly arrived?: ((message: ArchivedMessage) => void) | undefined },
  ): Promise<{ found: Found[]; fin: ArchiveFin }> {
    const cursor = set.after || set.before || parts.bound?.id || filter.ids?.[0];
    const came = arrived && ((result: ArchiveResult) => this.#tellEarly(archive, result, arrived));
    const query = { form: formOf(filter, parts), resultSet: set, flipPage: filter.flip ?? false };
    const ask = () => this.open.ask(archive, query, options, came);
    const { fin, results } = await this.asking(
      archive,
      () => this.#gate.run(ask, { key: archive.full, signal: options.signal }),
      cursor,
    );
    const found = results.map((result) => foundIn(this.#xmpp, archive, result));
    return { fin, found: found.filter((each) => each !== undefined) };
  }

  #tellEarly(archive: JID, result: ArchiveResult, arrived: (message: ArchivedMessage) => void): void {
    const found = foundIn(this.#xmpp, archive, result);
    if (!found) return;
    try {
      arrived(this.adopted(found, archive));
    } catch (error) {
      this.#xmpp.reportError(error, 'callback of a message of an archive');
    }
  }

  /** Does what asks an archive. */
  async asking<T>(archive: JID, ask: () => Promise<T>, cursor?: string | undefined): Promise<T> {
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

  /** What was found, for who shows it. */
  adopted({ id, sentAt, message, known }: Found, archive: JID): ArchivedMessage {
    return { id, archive, sentAt, message: message && this.#xmpp.messages.adopt(message, known) };
  }

  /** What was found, after it was told to those who listen to archives. */
  async delivered({ id, sentAt, message, known }: Found, archive: JID): Promise<ArchivedMessage> {
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
