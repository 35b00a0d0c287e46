import { type Clock, SystemClock } from '@sestina/core';
import { HttpRedirectError, HttpTooLargeError } from './errors.js';
import { type HttpBody, HttpClient, type HttpRequest, type HttpResponse } from './http-client.js';
import {
  type AllowException,
  allowedUrl,
  allowsAddress,
  checkedBody,
  checkedBound,
  checkedHeaders,
  plainHeaders,
} from './rules.js';
import { joined } from './streams.js';
import { Watch } from './watch.js';

/** Options of every client. */
export interface HttpOptions {
  /**
   * Says whether something is fetched that is refused otherwise: what is not https, and what leads to this machine or a private network.
   * @default nothing
   */
  readonly allow?: AllowException | undefined;
  /** @default the platform's time */
  readonly clock?: Clock | undefined;
}

/** One question to one address, which was checked as far as it says itself where it leads. */
export interface Exchange {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: HttpBody | undefined;
  /** Whether the platform may follow redirects that it does not show. */
  readonly mayFollow: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** To be told of each piece of the body that was sent, with all bytes so far. */
  sent(bytes: number): void;
  /** To be called for each sign of life. */
  progress(): void;
  /** From now on silence says nothing, until the answer: the platform does not tell whether bytes go. */
  pause(): void;
}

/** The answer of one address. */
export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Where it came from, if the platform has followed redirects. */
  readonly url?: URL | undefined;
  /** Ends it; harmless at any time. */
  discard(): void;
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const MAX_BYTES = 10_485_760;

/** What all clients do alike: it checks addresses, follows redirects, counts bytes, and gives up in time. */
export abstract class CheckedHttpClient extends HttpClient {
  readonly #clock: Clock;
  readonly #allow: AllowException | undefined;

  constructor({ allow, clock = new SystemClock() }: HttpOptions = {}) {
    super();
    this.#allow = allow;
    this.#clock = clock;
  }

  /** Asks one address. Follows nothing, and has no timeout of its own. */
  protected abstract exchange(exchange: Exchange): Promise<Answer>;

  /** Whether an address that a host has may be connected to. */
  protected allows(url: URL, address: string): boolean {
    return allowsAddress(url, address, this.#allow);
  }

  override async request(target: URL | string, request: HttpRequest = {}): Promise<HttpResponse> {
    const { maxBytes = MAX_BYTES, timeout = 600_000, idleTimeout = 30_000, signal } = request;
    for (const [name, bound] of Object.entries({ maxBytes, timeout, idleTimeout })) checkedBound(name, bound);
    signal?.throwIfAborted();
    const first = allowedUrl(target, this.#allow);
    const watch = new Watch(this.#clock, { what: `the answer of ${first.host}`, timeout, idleTimeout, signal });
    try {
      const { answer, url } = await this.#follow(first, request, watch);
      return responseOf(answer, url, maxBytes, request.method === 'HEAD', watch);
    } catch (error) {
      watch.end();
      throw error;
    }
  }

  async #follow(first: URL, request: HttpRequest, watch: Watch): Promise<{ answer: Answer; url: URL }> {
    const { method = 'GET', maxRedirects = 3, onSent } = request;
    checkedBound('maxRedirects', maxRedirects);
    const body = checkedBody(request);
    let headers = checkedHeaders(request.headers ?? []);
    let url = first;
    let most = 0;
    const sent = (bytes: number): void => {
      watch.progress();
      if (bytes <= most || watch.signal.aborted) return;
      most = bytes;
      onSent?.(bytes);
    };
    for (let hops = 0; ; hops++) {
      const { signal, progress } = watch;
      const pause = (): void => watch.pause();
      const mayFollow = method !== 'PUT' && maxRedirects > 0 && plainHeaders(headers).size === headers.size;
      const work = this.exchange({ url, method, headers, body, mayFollow, signal, sent, progress, pause });
      // One that comes after the end is nobody's.
      work.then((late) => signal.aborted && late.discard()).catch(() => {});
      const answer = await watch.race(work);
      watch.progress();
      if (answer.url) return { answer, url: this.#checkedRedirect(answer.url, url, answer) };
      const location = REDIRECTS.includes(answer.status) ? answer.headers.get('location') : undefined;
      if (location === undefined) return { answer, url };
      answer.discard();
      if (method === 'PUT') throw new HttpRedirectError(url.host, 'upload');
      if (hops >= maxRedirects) throw new HttpRedirectError(url.host, 'too-many');
      const next = this.#checkedRedirect(location, url);
      if (next.origin !== url.origin) headers = plainHeaders(headers);
      url = next;
    }
  }

  #checkedRedirect(to: URL | string, from: URL, answer?: Answer): URL {
    try {
      return allowedUrl(to, this.#allow, from);
    } catch (cause) {
      answer?.discard();
      throw new HttpRedirectError(from.host, 'refused', { cause });
    }
  }
}

function responseOf(answer: Answer, url: URL, maxBytes: number, isHead: boolean, watch: Watch): HttpResponse {
  const { status, headers } = answer;
  const declared = Number(headers.get('content-length') ?? 0);
  if (!isHead && declared > maxBytes) {
    answer.discard();
    throw new HttpTooLargeError(url.host, maxBytes);
  }
  let wasRead = false;
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => {
      // What comes the second time would be an empty file.
      if (wasRead) throw new TypeError('the body of an answer is read once: keep what bytes() gives');
      wasRead = true;
      return counted(answer, url, maxBytes, watch);
    },
  };
  const discard = (): void => {
    watch.stop(new DOMException('the body was discarded', 'AbortError'));
    answer.discard();
  };
  // What nobody reads does not stay.
  watch.signal.addEventListener('abort', () => answer.discard(), { once: true });
  return { status, headers, url, body, bytes: () => joined(body), discard };
}

async function* counted(answer: Answer, url: URL, maxBytes: number, watch: Watch): AsyncGenerator<Uint8Array> {
  const chunks = answer.body[Symbol.asyncIterator]();
  let bytes = 0;
  try {
    for (;;) {
      watch.resume();
      const { done, value } = await watch.race(chunks.next());
      if (done) return;
      bytes += value.length;
      if (bytes > maxBytes) throw new HttpTooLargeError(url.host, maxBytes);
      watch.pause();
      yield value;
    }
  } finally {
    watch.end();
    answer.discard();
  }
}
