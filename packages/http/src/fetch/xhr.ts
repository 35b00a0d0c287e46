import type { Answer, Exchange } from '../checked-http-client.js';
import { HttpNetworkError, HttpRedirectError } from '../errors.js';

/** What is needed of an `XMLHttpRequest`. */
export interface Xhr {
  responseType: string;
  readonly status: number;
  readonly responseURL: string;
  readonly response: unknown;
  readonly upload: { onprogress: ((event: { readonly loaded: number }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getAllResponseHeaders(): string;
  send(body: Blob): void;
  abort(): void;
}

/** A class such as `XMLHttpRequest`. */
export type XhrClass = new () => unknown;

/** Uploads, and tells of it while it goes. */
export function putByXhr(
  Uploads: XhrClass,
  { url, headers, signal, sent, progress }: Exchange,
  body: Blob,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const xhr = new Uploads() as Xhr;
    const stop = (): void => {
      xhr.abort();
      reject(signal.reason);
    };
    const end = (): void => signal.removeEventListener('abort', stop);
    xhr.open('PUT', url.href);
    xhr.responseType = 'arraybuffer';
    for (const [name, values] of headers) for (const value of values) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => {
      progress();
      // The last byte counts once there is an answer.
      if (loaded < body.size) sent(loaded);
    };
    xhr.onerror = () => {
      end();
      reject(new HttpNetworkError(url.host));
    };
    xhr.onload = () => {
      end();
      if (xhr.responseURL !== url.href.split('#')[0]) {
        reject(new HttpRedirectError(url.host, 'upload'));
        return;
      }
      sent(body.size);
      resolve(answerOf(xhr));
    };
    signal.addEventListener('abort', stop);
    xhr.send(body);
  });
}

function answerOf(xhr: Xhr): Answer {
  const headers = new Map<string, string>();
  for (const line of xhr.getAllResponseHeaders().split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  // What a browser has unpacked is longer than it says.
  if (headers.has('content-encoding')) headers.delete('content-length');
  const bytes = new Uint8Array(xhr.response instanceof ArrayBuffer ? xhr.response : new ArrayBuffer(0));
  return { status: xhr.status, headers, body: once(bytes), discard: () => {} };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
