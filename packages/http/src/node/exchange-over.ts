import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Answer, Exchange } from '../checked-http-client.js';
import { HttpNetworkError } from '../errors.js';
import type { HttpBody } from '../http-client.js';
import { piecesOf } from '../streams.js';

// Bytes of the fields of an answer.
const MAX_HEADERS = 16_384;

const ignore = (): void => {};

/** Asks over a connection of its own, to one of these addresses. */
export function exchangeOver(
  exchange: Exchange,
  addresses: readonly string[],
  ca: string | readonly string[] | undefined,
): Promise<Answer> {
  const { url, body, signal } = exchange;
  return new Promise<Answer>((resolve, reject) => {
    signal.throwIfAborted();
    const request = begin(exchange, addresses, ca);
    let answered = false;
    const onAbort = (): void => {
      reject(signal.reason);
      request.destroy();
    };
    const fail = (cause?: unknown): void => {
      reject(signal.aborted ? signal.reason : new HttpNetworkError(url.host, { cause }));
      request.destroy();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    request.on('error', fail);
    request.on('close', () => {
      signal.removeEventListener('abort', onAbort);
      if (!answered) fail();
    });
    request.on('response', (message) => {
      answered = true;
      resolve(answerOf(message, request, url.host));
    });
    if (!body) {
      request.end();
      return;
    }
    // An answer that comes before the end is a refusal: the rest is not sent.
    upload(request, body, exchange, () => answered || request.destroyed).catch((error: unknown) => {
      reject(error);
      request.destroy();
    });
  });
}

function begin(
  { url, method, headers, body }: Exchange,
  addresses: readonly string[],
  ca: string | readonly string[] | undefined,
): ClientRequest {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const fields: Record<string, string | string[]> = { 'accept-encoding': 'identity' };
  for (const [name, values] of headers) fields[name] = values.length === 1 ? (values[0] ?? '') : [...values];
  if (body) fields['content-length'] = `${body.size}`;
  const common = {
    method,
    host,
    port: url.port,
    path: `${url.pathname}${url.search}`,
    headers: fields,
    agent: false,
    maxHeaderSize: MAX_HEADERS,
    lookup: only(addresses),
  } as const;
  if (url.protocol === 'http:') return requestHttp(common);
  const trusted = ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] };
  // A name for SNI is a name (RFC 6066 §3).
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return requestHttps({ ...common, ...trusted, ...servername, rejectUnauthorized: true, minVersion: 'TLSv1.2' });
}

/** Says what was found and checked before, whatever the name means by now. */
function only(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all }, callback) => {
    if (all) callback(null, found);
    else callback(null, found[0]?.address ?? '', found[0]?.family);
  };
}

async function upload(request: ClientRequest, body: HttpBody, { sent }: Exchange, over: () => boolean): Promise<void> {
  let bytes = 0;
  for await (const piece of piecesOf(body)) {
    if (over()) return;
    if (!request.write(piece)) await drained(request);
    if (over()) return;
    bytes += piece.length;
    sent(bytes);
  }
  if (!over()) request.end();
}

function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      request.off('drain', done).off('close', done).off('response', done);
      resolve();
    };
    request.on('drain', done).on('close', done).on('response', done);
  });
}

function answerOf(message: IncomingMessage, request: ClientRequest, host: string): Answer {
  // Where nobody reads it, or no more, its end is nobody's.
  message.on('error', ignore);
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(message.headers)) if (typeof value === 'string') headers.set(name, value);
  return {
    status: message.statusCode ?? 0,
    headers,
    body: chunks(message, host),
    discard: () => {
      request.destroy();
    },
  };
}

async function* chunks(message: IncomingMessage, host: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of message) yield chunk as Uint8Array;
  } catch (cause) {
    throw new HttpNetworkError(host, { cause });
  }
  // Node ends it without an error where the connection was closed in the middle, if that was told politely.
  if (!message.complete) throw new HttpNetworkError(host);
}
