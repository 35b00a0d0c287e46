import type { XmlElement } from '@sestina/xml';
import { SestinaError } from '../../errors.js';
import { JID } from '../../jid/index.js';
import { type ElementClass, type ElementView, viewOf } from '../../stanza/element.js';
import type { Iq } from '../../stanza/iq.js';
import { Message } from '../../stanza/message.js';
import { addressOf } from '../../stream/handler-index.js';
import type { Handler } from '../../stream/handlers.js';
import { MatchPayload } from '../../stream/matchers.js';
import { deadline, follow } from '../../util/within.js';
import type { ExchangeHost } from './exchanges.js';
import type { RequestOptions } from './pending-requests.js';

/** More came than was asked for: whoever answers does not keep to the question. */
export class TooManyAnswersError extends SestinaError {
  static override readonly name: string = 'TooManyAnswersError';
  readonly code = 'ERR_TOO_MANY_ANSWERS';

  constructor(
    /** Which bound was passed. */
    readonly limit: 'max' | 'maxBytes',
    readonly value: number,
  ) {
    super(`more was sent in answer than the bound of ${value} (${limit}): ask for less at once`);
  }
}

/** Options of `collect()`. The `timeout` counts from the last piece, which may be as large as an answer (`limits.maxAnswerBytes`). */
export interface CollectOptions<V extends ElementView> extends RequestOptions {
  /** Pieces at most. More of them reject. */
  readonly max: number;
  /**
   * Bytes of all pieces at most, as they are on the stream. More of them reject.
   * @default 8_388_608
   */
  readonly maxBytes?: number | undefined;
  /**
   * Who sends the pieces.
   * @default whom the question is for; our account where it is for nobody
   */
  readonly from?: JID | string | undefined;
  /**
   * Whether a message is one of the pieces: by an id in it, above all.
   * @default each that carries such a payload
   */
  readonly accept?: ((payload: V, message: Message) => boolean) | undefined;
}

/** What came in answer to a question. */
export interface Collected {
  /** The result that ended it. */
  readonly answer: Iq;
  /** The messages before it, in order. */
  readonly pieces: readonly Message[];
}

const MAX_BYTES = 8_388_608;

/** Asks, and takes the messages that come before the result. */
export async function collect<V extends ElementView>(
  host: ExchangeHost & { request(iq: Iq, options: RequestOptions): Promise<Iq> },
  iq: Iq,
  payload: ElementClass<V>,
  options: CollectOptions<V>,
): Promise<Collected> {
  const { timeout = host.timeout, signal, max, maxBytes = MAX_BYTES } = options;
  iq.id ??= host.random.id();
  const over = new AbortController();
  const release = follow(signal, over);
  const what = `answer of ${iq.to ?? 'the server'} to iq ${iq.id}`;
  const wait = (): (() => void) =>
    deadline(host.clock, { what, timeout, how: 'no answer' }, (reason) => over.abort(reason));
  let end = wait();
  let bytes = 0;
  const pieces: Message[] = [];
  const take = (message: Message, size: number): void => {
    bytes += size;
    if (pieces.length >= max) over.abort(new TooManyAnswersError('max', max));
    else if (bytes > maxBytes) over.abort(new TooManyAnswersError('maxBytes', maxBytes));
    else pieces.push(message);
    end();
    if (!over.signal.aborted) end = wait();
  };
  const registration = host.registerHandler(handlerOf(host, iq, payload, options, take));
  try {
    const answer = await host.request(iq, { timeout: Number.POSITIVE_INFINITY, signal: over.signal });
    return { answer, pieces };
  } finally {
    registration.dispose();
    end();
    release();
  }
}

/** What takes the pieces, in their turn, so that it is gone before what comes behind the result has its own. */
function handlerOf<V extends ElementView>(
  host: ExchangeHost,
  iq: Iq,
  payload: ElementClass<V>,
  { from, accept }: CollectOptions<V>,
  take: (message: Message, bytes: number) => void,
): Handler {
  const sender = from === undefined ? iq.to : JID.from(from);
  const own = host.isComponent ? (iq.from ?? host.requestedJid) : undefined;
  const isPiece = (xml: XmlElement): boolean => {
    const account = host.isComponent ? undefined : (host.boundJid ?? host.requestedJid).bare;
    // Our server leaves out the sender of what it says for our account.
    if ((addressOf(xml, 'from') ?? account)?.full !== (sender ?? account)?.full) return false;
    return xml.attribute('type') !== 'error' && (!own || addressOf(xml, 'to')?.full === own.full);
  };
  return {
    name: `pieces of the answer to iq ${iq.id}`,
    matcher: new MatchPayload(Message, payload),
    awaits: isPiece,
    accepts: ({ xml }) => isPiece(xml),
    handle: (stanza, bytes) => {
      const xml = stanza.xml.child(payload.tag, payload.namespace);
      if (xml && accept?.(viewOf(payload, xml), stanza as Message) !== false) take(stanza as Message, bytes);
    },
  };
}
