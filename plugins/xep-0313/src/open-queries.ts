import { type AskOptions, type BaseXMPP, type JID, type Message, SestinaError, type XmlElement } from '@sestina/core';
import { TooManyAnswersError } from '@sestina/core/handlers';
import type { Form } from '@sestina/xep-0004';
import type { ResultSet } from '@sestina/xep-0059';
import { ArchivePageTooLargeError } from './errors.js';
import { ArchiveFin, ArchiveQuery, ArchiveResult, NS_MAM } from './stanza.js';

/** What came in answer to a query. */
export interface Answer {
  readonly fin: ArchiveFin;
  readonly results: readonly ArchiveResult[];
}

/** What is asked for. */
export interface Query {
  readonly form: Form | undefined;
  readonly resultSet: ResultSet;
  readonly flipPage: boolean;
}

/** The queries that wait for the end of their results. */
export class OpenQueries {
  readonly #xmpp: BaseXMPP;
  readonly #maxBytes: number;
  /** By what results have to say, who is asked. */
  readonly #open = new Map<string, JID>(); // bound: queries of ours under way

  constructor(xmpp: BaseXMPP, maxBytes: number) {
    this.#xmpp = xmpp;
    this.#maxBytes = maxBytes;
  }

  /** Whether somebody has asked for a result. One that comes unasked, too late or from somebody else is nobody's (XEP-0313 §8.2). */
  verdict({ from }: Message, { queryId }: ArchiveResult): 'drop' | 'taken' {
    const archive = queryId === undefined ? undefined : this.#open.get(queryId);
    const sender = from ?? (this.#xmpp.isComponent ? undefined : this.#xmpp.account);
    return archive && sender?.equals(archive) ? 'taken' : 'drop';
  }

  /** @param came Told of each result as it comes. @throws ArchivePageTooLargeError; what `collect()` of the connection throws. */
  async ask(archive: JID, query: Query, options: AskOptions, came?: (result: ArchiveResult) => void): Promise<Answer> {
    const { from, ...request } = options;
    const xmpp = this.#xmpp;
    const queryId = xmpp.random.id();
    const iq = xmpp.iq({ type: 'set', to: addressOf(xmpp, archive), from }, new ArchiveQuery({ queryId, ...query }));
    const max = query.resultSet.max ?? 0;
    let count = 0;
    this.#open.set(queryId, archive);
    try {
      const { answer, pieces } = await xmpp.collect(iq, ArchiveResult, {
        ...request,
        from: archive,
        max,
        maxBytes: this.#maxBytes,
        accept: (result) => {
          const isOurs = result.queryId === queryId;
          if (isOurs && ++count <= max) came?.(result);
          return isOurs;
        },
      });
      const fin = answer.payload(ArchiveFin) ?? new ArchiveFin();
      return { fin, results: pieces.flatMap(({ xml }) => resultsIn(xml)) };
    } catch (error) {
      throw tooLarge(error) ?? error;
    } finally {
      this.#open.delete(queryId);
    }
  }
}

/** Where an archive is asked: our own needs no address. */
export function addressOf(xmpp: BaseXMPP, archive: JID): JID | undefined {
  return isAccount(xmpp, archive) ? undefined : archive;
}

/** Whether it is the archive of our account. */
export function isAccount(xmpp: BaseXMPP, archive: JID): boolean {
  return !xmpp.isComponent && archive.equals(xmpp.account);
}

function resultsIn(message: XmlElement): ArchiveResult[] {
  const result = message.child(ArchiveResult.tag, NS_MAM);
  return result ? [new ArchiveResult(result)] : [];
}

function tooLarge(error: unknown): ArchivePageTooLargeError | undefined {
  if (error instanceof TooManyAnswersError) {
    return new ArchivePageTooLargeError(error.limit === 'max' ? 'pageSize' : 'maxPageBytes', error);
  }
  // A message that is too large for the stream has ended the session.
  let cause = error;
  for (let depth = 0; cause instanceof SestinaError && depth < 5; depth++) {
    if ((cause as { limit?: unknown }).limit === 'maxAnswerBytes') {
      return new ArchivePageTooLargeError('limits.maxAnswerBytes', error as SestinaError);
    }
    cause = cause.cause;
  }
  return undefined;
}
