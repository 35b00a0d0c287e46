/**
 * HTTP that is a function: for tests, which send no byte.
 *
 * @module
 */
import { type Answer, CheckedHttpClient, type Exchange, type HttpOptions } from './checked-http-client.js';
import type { ByteStream } from './http-client.js';
import { chunksOf, joined, piecesOf } from './streams.js';

/** What a client has asked for. */
export interface MemoryRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly url: URL;
  /** By names in lower case; several of one name are several values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** What was uploaded. */
  readonly body: Uint8Array | undefined;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** What it gets. */
export interface MemoryResponse {
  /** @default 200 */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: ByteStream | Uint8Array | string | undefined;
}

/** A client whose answers are those of a function; addresses, redirects and bounds are checked as those of any other client. */
export class MemoryHttpClient extends CheckedHttpClient {
  /** All that was asked so far. */
  readonly requests: MemoryRequest[] = []; // bound: what a test asks for
  readonly #answer: (request: MemoryRequest) => MemoryResponse | Promise<MemoryResponse>;

  constructor(answer: (request: MemoryRequest) => MemoryResponse | Promise<MemoryResponse>, options: HttpOptions = {}) {
    super(options);
    this.#answer = answer;
  }

  protected override async exchange(exchange: Exchange): Promise<Answer> {
    const { method, url, headers, signal } = exchange;
    const body = exchange.body && (await joined(sending(exchange)));
    const request: MemoryRequest = { method, url, headers, body, signal };
    this.requests.push(request);
    const { status = 200, headers: fields = {}, body: bytes } = await this.#answer(request);
    const chunks = chunksOf(streamOf(method === 'HEAD' ? undefined : bytes));
    return {
      status,
      headers: new Map(Object.entries(fields)),
      body: chunks,
      discard: () => void chunks.return(undefined).catch(() => {}),
    };
  }
}

async function* sending({ body, sent }: Exchange): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of body ? piecesOf(body) : []) {
    yield piece;
    bytes += piece.length;
    sent(bytes);
  }
}

function streamOf(body: MemoryResponse['body']): ByteStream {
  if (body === undefined) return one(new Uint8Array());
  if (typeof body === 'string') return one(new TextEncoder().encode(body));
  return body instanceof Uint8Array ? one(body) : body;
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
