/** The fields of a request, in their order; a name may come several times. */
export type HttpHeaders = Iterable<readonly [name: string, value: string]>;

/** Bytes as they come. */
export type ByteStream = AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/** What is uploaded. */
export interface HttpBody {
  /** Bytes; exactly so many are sent. */
  readonly size: number;
  /** Begins to read it. */
  open(): ByteStream;
}

/** What is asked for, and within which bounds. */
export interface HttpRequest {
  /** @default 'GET' */
  readonly method?: 'GET' | 'HEAD' | 'PUT' | undefined;
  /** They go to the origin that was asked for alone: a redirect to another one is followed without them. */
  readonly headers?: HttpHeaders | undefined;
  /** What is uploaded, with `PUT`. */
  readonly body?: HttpBody | Uint8Array | undefined;
  /**
   * Bytes of the answer's body at most.
   * @default 10_485_760
   */
  readonly maxBytes?: number | undefined;
  /**
   * Redirects that are followed, of `GET` and `HEAD`. Each is checked as the first address was.
   * @default 3
   */
  readonly maxRedirects?: number | undefined;
  /**
   * Milliseconds until the last byte of the answer was read.
   * @default 600_000
   */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds without a byte in either direction.
   * @default 30_000
   */
  readonly idleTimeout?: number | undefined;
  /** Ends it with its reason, at any time. */
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes of the body were sent so far. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/** What came back, whatever its status is. Its body is read once, or discarded. */
export interface HttpResponse {
  /** The status code (RFC 9110 §15). */
  readonly status: number;
  /** Where it came from, after all redirects. */
  readonly url: URL;
  /** Its fields, by their names in lower case, without cookies. */
  readonly headers: ReadonlyMap<string, string>;
  /**
   * Its body as it comes. Leaving the loop ends the transfer.
   * @throws HttpTooLargeError; HttpNetworkError; TimeoutError; the signal's reason; `AbortError` where it was discarded; TypeError where it
   *   was read before.
   */
  readonly body: AsyncIterable<Uint8Array>;
  /** All of its body. @throws what `body` throws. */
  bytes(): Promise<Uint8Array>;
  /** Ends the transfer of a body that nobody wants. */
  discard(): void;
}

/** HTTP, injected. A class, so that it is its own injection token. */
export abstract class HttpClient {
  static readonly name: string = 'HttpClient';
  /**
   * Asks one address, and those that it redirects to.
   * @throws HttpRefusedError for an address that may not be fetched; HttpRedirectError; HttpTooLargeError for a body that says so before it
   *   comes; HttpNetworkError; TimeoutError; the signal's reason; TypeError for a request that cannot be meant.
   */
  abstract request(url: URL | string, request?: HttpRequest): Promise<HttpResponse>;
}
