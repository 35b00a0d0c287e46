import type { ByteStream, HttpBody } from './http-client.js';

/** The chunks of a stream of either kind; not every browser iterates over a `ReadableStream`. */
export async function* chunksOf(stream: ByteStream): AsyncGenerator<Uint8Array> {
  if (Symbol.asyncIterator in stream) {
    yield* stream as AsyncIterable<Uint8Array>;
    return;
  }
  const reader = (stream as ReadableStream<Uint8Array>).getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        ended = true;
        return;
      }
      yield value;
    }
  } finally {
    if (!ended) reader.cancel().catch(() => {});
  }
}

const PIECE = 65_536;

/**
 * A body in pieces of 64 KiB at most, so that progress is told often and an end is noticed soon.
 * @throws TypeError where it has more or fewer bytes than it says.
 */
export async function* piecesOf(body: HttpBody): AsyncGenerator<Uint8Array> {
  const { size } = body;
  let bytes = 0;
  for await (const chunk of chunksOf(body.open())) {
    bytes += chunk.length;
    if (bytes > size) throw new TypeError(`the body has more bytes than the ${size} that it says`);
    for (let at = 0; at < chunk.length; at += PIECE) yield chunk.subarray(at, at + PIECE);
  }
  if (bytes < size) throw new TypeError(`the body has ${bytes} bytes, and says ${size}`);
}

/** All chunks as one. */
export async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const list: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    list.push(chunk);
    length += chunk.length;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of list) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
