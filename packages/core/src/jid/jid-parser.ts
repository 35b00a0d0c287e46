import { LazyMap, ownString } from '@sestina/xml';
import { ConfigError } from '../errors.js';
import { JID, MAX_JID } from './jid.js';
import { JidError } from './jid-error.js';

// Characters of the addresses of a generation; each is there up to four times, whole and in parts.
const LONGEST = 65_536;

/**
 * Reads JIDs and remembers those it has read lately, so that the few addresses of a connection are read once. Belongs to
 * one connection.
 */
export class JidParser {
  // Two generations in place of an order of use: whatever was read since the last change of generations survives the
  // next one, and a hit costs one look-up.
  readonly #half: number;
  #length = 0;
  #young = new LazyMap<string, JID>(); // bound: `limit` and LONGEST
  #old = new LazyMap<string, JID>(); // bound: the same

  /**
   * @param limit how many addresses are remembered at most, at least 2. Default 1024.
   * @throws ConfigError where the limit is less than 2 or no integer.
   */
  constructor(limit = 1024) {
    if (!Number.isInteger(limit) || limit < 2) {
      throw new ConfigError(`limit is to be an integer of at least 2, not ${limit}`, 'limit');
    }
    this.#half = Math.floor(limit / 2);
  }

  /** How many addresses are remembered now. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /**
   * Same as `JID.parse()`, but for the same text most often the same object.
   * @throws JidError where the text is no JID. That is not remembered.
   */
  parse(text: string): JID {
    // Before anything that takes longer for a longer text.
    if (text.length > MAX_JID) return JID.parse(text);
    const known = this.#young.get(text);
    if (known !== undefined) return known;
    const own = ownString(text);
    const jid = this.#old.get(text) ?? JID.parse(own);
    this.#length += text.length;
    if (this.#young.size >= this.#half || this.#length > LONGEST) {
      this.#old = this.#young;
      this.#young = new LazyMap();
      this.#length = text.length;
    }
    this.#old.delete(text);
    this.#young.set(own, jid);
    return jid;
  }

  /** The same; `undefined` where the text is no JID. */
  tryParse(text: string): JID | undefined {
    try {
      return this.parse(text);
    } catch (error) {
      if (error instanceof JidError) return undefined;
      throw error;
    }
  }
}
