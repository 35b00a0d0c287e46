/** How many bytes UTF-8 takes for a string; a lone surrogate counts 3. */
export function utf8Length(text: string, from = 0, to = text.length): number {
  let bytes = to - from;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    // Half a surrogate pair: two times two bytes.
    if (code < 0x800 || (code >= 0xd800 && code <= 0xdfff && isPair(text, i))) bytes += 1;
    else bytes += 2;
  }
  return bytes;
}

function isPair(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  const other = code < 0xdc00 ? text.charCodeAt(at + 1) : text.charCodeAt(at - 1);
  return code < 0xdc00 ? other >= 0xdc00 && other <= 0xdfff : other >= 0xd800 && other <= 0xdbff;
}

/** Whether a text of that many UTF-16 units can have more bytes than `limit`; counts only where it has to. */
export function exceedsBytes(text: string, limit: number): boolean {
  if (text.length * 3 <= limit) return false;
  return text.length > limit || utf8Length(text) > limit;
}

/**
 * Decodes UTF-8 that arrives in chunks cut anywhere. What stands before an invalid byte is still given out, so that
 * the outcome does not depend on where the chunks were cut.
 */
export class Utf8Decoder {
  // Never with `stream: true`: Node then leaves its fast path, and after an error the text before it would be lost.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  #tail: Uint8Array | undefined;
  #surrogate = '';

  /** The bytes of the text that was given out last. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Set for good once something is not UTF-8, or not Unicode. */
  invalid = false;

  /** Whether the first bytes of a character wait for the rest of it. */
  get pending(): boolean {
    return this.#tail !== undefined || this.#surrogate !== '';
  }

  decode(chunk: Uint8Array): string {
    let data = chunk;
    if (this.#tail !== undefined) {
      data = new Uint8Array(this.#tail.length + chunk.length);
      data.set(this.#tail);
      data.set(chunk, this.#tail.length);
      this.#tail = undefined;
    }
    const open = openTail(data);
    if (open > 0) {
      this.#tail = data.slice(data.length - open);
      data = data.subarray(0, data.length - open);
    }
    this.bytes = data;
    try {
      return this.#decoder.decode(data);
    } catch {
      this.invalid = true;
      this.bytes = data.subarray(0, validPrefix(data));
      return this.#decoder.decode(this.bytes);
    }
  }

  /** The bytes of a text that arrives in place of them, up to what is not Unicode. */
  encode(chunk: string): Uint8Array {
    let text = this.#surrogate + chunk;
    this.#surrogate = '';
    const last = text.charCodeAt(text.length - 1);
    if (last >= 0xd800 && last <= 0xdbff) {
      this.#surrogate = text.slice(-1);
      text = text.slice(0, -1);
    }
    const lone = text.search(/\p{Surrogate}/u);
    if (lone >= 0) text = text.slice(0, lone);
    if (lone >= 0 || this.#tail !== undefined) this.invalid = true;
    return this.#encoder.encode(text);
  }
}

/** Length of an unfinished character at the end. */
function openTail(data: Uint8Array): number {
  const length = data.length;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = data[length - back] as number;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const needed = byte < 0xc2 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0;
    return back < needed ? back : 0;
  }
  return 0;
}

/** How many bytes from the start are valid UTF-8. */
function validPrefix(data: Uint8Array): number {
  let at = 0;
  for (;;) {
    const length = at < data.length ? characterLength(data, at) : 0;
    if (length === 0 || at + length > data.length) return at;
    at += length;
  }
}

/** How many bytes the character has that begins there (RFC 3629 §4), though the last of them may be still to come; 0 where it is none. */
export function characterLength(data: Uint8Array, at: number): number {
  const lead = data[at] as number;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The range of the second byte is what keeps out overlong forms, surrogates and what is above U+10FFFF.
  let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  const end = Math.min(at + length, data.length);
  for (let i = at + 1; i < end; i++) {
    const byte = data[i] as number;
    if (byte < low || byte > high) return 0;
    low = 0x80;
    high = 0xbf;
  }
  return length;
}

/** The character that begins there, which is one. */
export function codePointAt(data: Uint8Array, at: number): number {
  const lead = data[at] as number;
  if (lead < 0x80) return lead;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  let code = lead & (0x7f >> length);
  for (let i = 1; i < length; i++) code = (code << 6) | ((data[at + i] as number) & 0x3f);
  return code;
}
