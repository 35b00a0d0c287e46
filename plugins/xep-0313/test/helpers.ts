import { StanzaError, viewOf, type XmlElement } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions } from '@sestina/testing';
import { NS_DISCO_INFO } from '@sestina/xep-0030';
import { slice } from '@sestina/xep-0059';
import { ArchiveQuery, MessageArchive, type MessageArchiveOptions, NS_MAM } from '../src/index.js';

export const ACCOUNT = 'juliet@capulet.example';
export const OWN = `${ACCOUNT}/chamber`;
export const ROMEO = 'romeo@montague.example/orchard';
export const ROOM = 'coven@chat.example';

const STAMP = Date.parse('2020-01-01T00:00:00Z');

/** A message as an archive keeps it. */
export interface Kept {
  readonly id: string;
  /** Undefined where it was taken out of the archive. */
  readonly message?: string | undefined;
  readonly stamp?: string | undefined;
}

/** When the message of that number was sent. */
export const timeOf = (index: number): Date => new Date(STAMP + index * 1_000);

/** So many messages between us and somebody. */
export function conversation(count: number, body = (index: number): string => `m${index}`): Kept[] {
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = index % 2 === 0 ? [ROMEO, OWN] : [OWN, ROMEO];
    return {
      id: `a${index}`,
      stamp: timeOf(index).toISOString(),
      message: `<message xmlns='jabber:client' from='${from}' to='${to}' type='chat' id='i${index}'><body>${body(index)}</body></message>`,
    };
  });
}

/** A result as it is on the stream. */
export function result(
  queryId: string | undefined,
  { id, message = '', stamp }: Kept,
  from: string | undefined = ACCOUNT,
): string {
  const delay = stamp === undefined ? '' : `<delay xmlns='urn:xmpp:delay' stamp='${stamp}'/>`;
  const sender = from === undefined ? '' : `from='${from}'`;
  return (
    `<message ${sender} to='${OWN}'><result xmlns='${NS_MAM}' ${queryId === undefined ? '' : `queryid='${queryId}'`} id='${id}'>` +
    `<forwarded xmlns='urn:xmpp:forward:0'>${delay}${message}</forwarded></result></message>`
  );
}

export interface PlayOptions {
  /** Of the archive, beyond its namespace. */
  readonly features?: readonly string[];
  /** Messages of a page at most. */
  readonly cap?: number;
  readonly fields?: readonly string[];
  /** Where in the next page the connection is lost, if it is. */
  readonly cut?: () => 'behind the results' | 'within the results' | 'with the end' | 'without a word' | undefined;
  /** Says something else than the archive would. */
  readonly answer?: (query: ArchiveQuery, request: XmlElement) => string | undefined;
}

/** An archive that is played: it answers what is asked, while `serve()` waits. */
export class PlayedArchive {
  /** The queries that came. */
  readonly asked: ArchiveQuery[] = [];
  /** The names of what was asked for, as they came: `query`, `metadata`, disco's `info`. */
  readonly requests: string[] = [];
  kept: readonly Kept[];
  /** Called before a page is given. */
  asking: () => Promise<void> = async () => {};
  readonly #stream: ScriptedStream;
  readonly #options: PlayOptions;
  #seen = 0;

  constructor(stream: ScriptedStream, kept: readonly Kept[], options: PlayOptions = {}) {
    this.#stream = stream;
    this.kept = kept;
    this.#options = options;
  }

  /** What comes of work that asks the archive. */
  async serve<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    work.then(done, done);
    for (let round = 0; !settled && round < 5_000; round++) {
      await this.#stream.idle();
      while (this.#seen < this.#stream.sent.length) {
        await this.#answer(this.#stream.sent[this.#seen++] as XmlElement);
      }
    }
    return work;
  }

  /** All that an iteration gives. */
  all<T>(items: AsyncIterable<T>): Promise<T[]> {
    return this.serve(
      (async () => {
        const found: T[] = [];
        for await (const item of items) found.push(item);
        return found;
      })(),
    );
  }

  async #answer(request: XmlElement): Promise<void> {
    const payload = request.firstElement;
    if (request.name !== 'iq' || !payload) return;
    if (payload.namespace === NS_DISCO_INFO) {
      this.requests.push('info');
      const features = ['', ...(this.#options.features ?? [])].map((name) => `<feature var='${NS_MAM}${name}'/>`);
      await this.#stream.recvResult(request, `<query xmlns='${NS_DISCO_INFO}'>${features.join('')}</query>`);
      return;
    }
    this.requests.push(payload.name);
    if (payload.name === 'metadata') await this.#tellMetadata(request);
    else if (request.attribute('type') === 'get') await this.#tellFields(request);
    else await this.#tellMessages(request, viewOf(ArchiveQuery, payload));
  }

  async #tellMessages(request: XmlElement, query: ArchiveQuery): Promise<void> {
    this.asked.push(query);
    await this.asking();
    const said = this.#options.answer?.(query, request);
    if (said !== undefined) return this.#stream.recv(said);
    try {
      const ids = query.form?.field('ids')?.values;
      const kept = ids ? this.kept.filter(({ id }) => ids.includes(id)) : this.kept;
      const { items, set } = slice(kept, query.resultSet, ({ id }) => id, this.#options.cap);
      const edge = query.resultSet?.before === undefined ? kept.at(-1) : kept[0];
      const complete = items.length === 0 || items.includes(edge as Kept);
      const from = request.attribute('to') ?? ACCOUNT;
      const results = items.map((item) => result(query.queryId, item, from));
      if (query.flipPage) results.reverse();
      const fin = `<fin xmlns='${NS_MAM}' ${complete ? `complete='true'` : ''}>${set}</fin>`;
      const cut = this.#options.cut?.();
      if (cut) return this.#loseWithin(cut, request, results, fin);
      await this.#stream.recv(results.join(''));
      await this.#stream.recvResult(request, fin);
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      await this.#stream.recvError(request, error.condition);
    }
  }

  async #loseWithin(cut: string, request: XmlElement, results: readonly string[], fin: string): Promise<void> {
    const count = { 'without a word': 0, 'within the results': Math.floor(results.length / 2) }[cut] ?? results.length;
    const all = results.slice(0, count).join('');
    const id = request.attribute('id');
    const end = cut === 'with the end' ? `<iq type='result' to='${OWN}' id='${id}'>${fin}</iq>` : '';
    // It is lost before what has come is dealt with.
    const told = this.#stream.recv(all + end);
    await this.#stream.drop();
    await told;
  }

  #tellMetadata(request: XmlElement): Promise<void> {
    const [first, last] = [this.kept[0], this.kept.at(-1)];
    const inside =
      first && last
        ? `<start id='${first.id}' timestamp='${first.stamp}'/><end id='${last.id}' timestamp='${last.stamp}'/>`
        : '';
    return this.#stream.recvResult(request, `<metadata xmlns='${NS_MAM}'>${inside}</metadata>`);
  }

  #tellFields(request: XmlElement): Promise<void> {
    const fields = ['with', 'start', 'end', ...(this.#options.fields ?? [])].map((name) => `<field var='${name}'/>`);
    return this.#stream.recvResult(
      request,
      `<query xmlns='${NS_MAM}'><x xmlns='jabber:x:data' type='form'>${fields.join('')}</x></query>`,
    );
  }
}

/** A client, and its archive. */
export async function start(
  kept: readonly Kept[] = [],
  options: PlayOptions = {},
  plugin: Partial<MessageArchiveOptions> = {},
  more: ScriptedStreamOptions = {},
) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [[MessageArchive, plugin]], ...more });
  const { xmpp } = stream;
  return { stream, xmpp, archive: xmpp.plugin(MessageArchive), played: new PlayedArchive(stream, kept, options) };
}
