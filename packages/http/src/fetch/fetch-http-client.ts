import { type Answer, CheckedHttpClient, type Exchange, type HttpOptions } from '../checked-http-client.js';
import { HttpNetworkError, HttpRedirectError } from '../errors.js';
import type { HttpBody } from '../http-client.js';
import { chunksOf, piecesOf } from '../streams.js';
import { putByXhr, type XhrClass } from './xhr.js';

/** Options of `FetchHttpClient`. */
export interface FetchHttpOptions extends HttpOptions {
  /** @default the platform's */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * What uploads files, where it is told while they go how much is gone: the `XMLHttpRequest` of a page. It shows no redirect: the
   * browser follows one, with the file, and only then the upload fails.
   * @default `fetch`, which tells at the end
   */
  readonly uploads?: XhrClass | undefined;
}

/**
 * HTTP by `fetch`. A page is not told to which IP address a name leads: only addresses that are written out are checked, and it is the
 * browser that keeps pages out of private networks. Nor is it shown redirects: the browser follows them, with its own bound, where no
 * fields were given that others may not see; where they end is checked. A `Cookie` cannot be sent, and how much was sent is told at the end,
 * unless `uploads` has another way.
 */
export class FetchHttpClient extends CheckedHttpClient {
  readonly #fetch: typeof globalThis.fetch;
  readonly #uploads: XhrClass | undefined;

  constructor(options: FetchHttpOptions = {}) {
    super(options);
    this.#fetch = options.fetch ?? ((...args) => globalThis.fetch(...args));
    this.#uploads = options.uploads;
  }

  protected override async exchange(exchange: Exchange): Promise<Answer> {
    const { url, body, mayFollow, signal, sent } = exchange;
    const blob = body && (await blobOf(body, exchange));
    if (blob && this.#uploads) return putByXhr(this.#uploads, exchange, blob);
    // How it gets on with an upload is not told, and a large one takes its time.
    if (blob) exchange.pause();
    let response = await this.#ask(exchange, 'manual', blob);
    let followed = false;
    if (response.type === 'opaqueredirect') {
      if (!mayFollow) throw new HttpRedirectError(url.host, body ? 'upload' : 'refused');
      followed = true;
      response = await this.#ask(exchange, 'follow', undefined);
    }
    signal.throwIfAborted();
    if (body) sent(body.size);
    return answerOf(response, url.host, followed);
  }

  async #ask(
    { url, method, headers, signal }: Exchange,
    redirect: 'follow' | 'manual',
    body: Blob | undefined,
  ): Promise<Response> {
    const list: [string, string][] = [];
    for (const [name, values] of headers) for (const value of values) list.push([name, value]);
    try {
      return await this.#fetch(url.href, {
        method,
        headers: list,
        redirect,
        signal,
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        ...(body && { body }),
      });
    } catch (cause) {
      signal.throwIfAborted();
      throw new HttpNetworkError(url.host, { cause });
    }
  }
}

/** A page can only upload what is there as a whole; a browser keeps a large blob on disk. */
async function blobOf(body: HttpBody, { progress, signal }: Exchange): Promise<Blob> {
  const parts: BlobPart[] = [];
  for await (const piece of piecesOf(body)) {
    signal.throwIfAborted();
    progress();
    parts.push(piece.slice());
  }
  return new Blob(parts);
}

function answerOf(response: Response, host: string, followed: boolean): Answer {
  const headers = new Map<string, string>();
  response.headers.forEach((value, name) => {
    if (name !== 'set-cookie') headers.set(name, value);
  });
  // What a browser has unpacked is longer than it says.
  if (headers.has('content-encoding')) headers.delete('content-length');
  const { body, status } = response;
  const reading = chunks(body, host);
  return {
    status,
    headers,
    url: followed ? new URL(response.url) : undefined,
    body: reading,
    discard: () => {
      // Once it is read, only its reader can end it.
      if (body?.locked) reading.return(undefined).catch(() => {});
      else body?.cancel().catch(() => {});
    },
  };
}

async function* chunks(body: ReadableStream<Uint8Array> | null, host: string): AsyncGenerator<Uint8Array> {
  if (!body) return;
  try {
    yield* chunksOf(body);
  } catch (cause) {
    throw new HttpNetworkError(host, { cause });
  }
}
