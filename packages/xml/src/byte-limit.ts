import { CountedText } from './counted-text.js';
import type { XmlElement } from './element.js';
import type { Limits } from './limits.js';
import type { TreeBuilder } from './tree-builder.js';
import { type XmlCondition, XmlStreamError } from './xml-error.js';

/** Holds first-level elements against the limit of their bytes: the one that is open, wherever its text is cut. */
export class ByteLimit {
  readonly #tree: TreeBuilder;
  /** The text that is being parsed. */
  readonly chunk = new CountedText();
  /** Bytes of the open element before `chunk`; negative where it starts inside. */
  before = 0;
  /** Outside of all first-level elements and of the header. */
  between = true;

  constructor(tree: TreeBuilder) {
    this.#tree = tree;
  }

  /** An element begins at that place. */
  begin(at: number): void {
    this.between = false;
    this.before = -this.chunk.bytesBefore(at);
  }

  /** Bytes of the open element before that place. */
  bytesTo(at: number): number {
    return this.before + this.chunk.bytesBefore(at);
  }

  /** The error where there are too many. @param element The first-level element, where it is not open any more. */
  exceededAt(at: number, element?: XmlElement): XmlStreamError | undefined {
    const tree = this.#tree;
    if (this.between) return undefined;
    const bytes = this.bytesTo(at);
    if (bytes <= tree.limits.maxStanzaBytes || (tree.grow(element) && bytes <= tree.limits.maxStanzaBytes)) {
      return undefined;
    }
    const [limit, what] = tree.grown ? ['maxAnswerBytes', 'an answer'] : ['maxStanzaBytes', 'a stanza'];
    const message = `${what} of more than ${tree.limits.maxStanzaBytes} bytes (limits.${limit})`;
    return new XmlStreamError('policy-violation', message, limit);
  }

  /** The error that was found behind the character before that place: it may be one byte too many. */
  errorAt(at: number, condition: XmlCondition, message: string, limit?: keyof Limits): XmlStreamError {
    return this.exceededAt(at) ?? new XmlStreamError(condition, message, limit);
  }
}
