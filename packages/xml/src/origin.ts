import { SestinaError } from './errors.js';
import { quotedTag } from './quoted.js';

/** An address that was read already; its text in full. */
interface OriginAddress {
  readonly full: string;
}

/** Thrown where a received stanza is written to. */
export class ReadOnlyError extends SestinaError {
  static override readonly name: string = 'ReadOnlyError';
  readonly code = 'ERR_READ_ONLY';

  constructor(
    /** What was written to; `what` in the message. */
    what: { readonly name: string; readonly namespace: string } | string,
  ) {
    const subject = typeof what === 'string' ? what : quotedTag(what);
    super(`${subject} was received and is shared by all handlers, so it is read-only: write to a copy() of it`);
  }
}

/**
 * Where an element came from, one object for a whole parsed stanza: sealing it makes every element of the stanza read-only at
 * once, without a walk. It holds on to nothing of what was read.
 */
export class Origin {
  #sealed = false;
  #stream: unknown;
  #from: OriginAddress | undefined = undefined;
  #to: OriginAddress | undefined = undefined;
  /** The origin of the request that this answers. */
  request: Origin | undefined = undefined;
  /** Whether this request has been answered. */
  answered = false;
  /** Something in the stanza was written to, so that it is not what was read any more. */
  changed = false;

  constructor(
    /** The language of the stream that it came in on, for elements without `xml:lang` (RFC 6120 §8.1.5). */
    readonly lang?: string | undefined,
    stream?: unknown,
    /** The origin of what this is a copy of: an answer to the copy answers that. */
    readonly copied?: Origin | undefined,
  ) {
    this.#stream = stream;
  }

  /** For a copy that may be written to: of the same stream, and what answers the copy answers this. */
  copy(): Origin {
    const copy = new Origin(this.lang, this.#stream, this.copied ?? this);
    copy.#from = this.#from;
    copy.#to = this.#to;
    copy.request = this.request;
    return copy;
  }

  /** Whether its elements are read-only, for good. */
  get sealed(): boolean {
    return this.#sealed;
  }

  /** Makes its elements read-only, and it too. */
  seal(): void {
    this.#sealed = true;
  }

  /** The stream it came in on or is meant for. */
  get stream(): unknown {
    return this.#stream;
  }

  /** @throws ReadOnlyError once it is sealed. */
  set stream(stream: unknown) {
    if (stream === this.#stream) return;
    this.#writable();
    this.#stream = stream;
  }

  /** The sender of the stanza, where the stream has read it already. Whoever takes it compares its text with the attribute. */
  get from(): OriginAddress | undefined {
    return this.#from;
  }

  /** The receiver of the stanza; see `from`. */
  get to(): OriginAddress | undefined {
    return this.#to;
  }

  /** Says what the addresses of the stanza are. @throws ReadOnlyError once it is sealed. */
  setAddresses(from: OriginAddress | undefined, to: OriginAddress | undefined): void {
    this.#writable();
    this.#from = from;
    this.#to = to;
  }

  #writable(): void {
    if (this.#sealed) throw new ReadOnlyError('the origin of a stanza');
  }
}
