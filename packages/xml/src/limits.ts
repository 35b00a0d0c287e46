import { ConfigError } from './errors.js';

/** What a peer may send before the stream is ended with `policy-violation`. Every limit is finite; none is "off". */
export interface Limits {
  /** Bytes of one first-level element once the session is there. RFC 6120 §13.12 asks for at least 10,000. Default 1 MiB. */
  readonly maxStanzaBytes: number;
  /** The same before authentication. Default 64 KiB. */
  readonly maxStanzaBytesBeforeLogin: number;
  /** Bytes of one answer that was asked for, such as a roster or a long list: it has room of its own. Default 8 MiB. */
  readonly maxAnswerBytes: number;
  /** Nesting, the stream element being 0. Default 64. */
  readonly maxDepth: number;
  /** Attributes of one element, namespace declarations not counted. Default 128. */
  readonly maxAttributes: number;
  /** Namespace declarations on one element. Default 32. */
  readonly maxNamespaceDecls: number;
  /** Prefixes in scope at one place. Default 128. */
  readonly maxPrefixes: number;
  /** Elements of one stanza. Default 20,000. */
  readonly maxElements: number;
  /** Elements of one answer that was asked for. Default 100,000. */
  readonly maxAnswerElements: number;
  /** Bytes of an element or attribute name. Default 256. */
  readonly maxNameBytes: number;
  /** Bytes of an attribute value. Default 64 KiB. */
  readonly maxAttributeBytes: number;
  /** Bytes of a namespace URI. Default 1 KiB. */
  readonly maxNamespaceBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxStanzaBytes: 1_048_576,
  maxStanzaBytesBeforeLogin: 65_536,
  maxAnswerBytes: 8_388_608,
  maxDepth: 64,
  maxAttributes: 128,
  maxNamespaceDecls: 32,
  maxPrefixes: 128,
  maxElements: 20_000,
  maxAnswerElements: 100_000,
  maxNameBytes: 256,
  maxAttributeBytes: 65_536,
  maxNamespaceBytes: 1_024,
};

/**
 * The defaults with some of them replaced.
 * @throws ConfigError for a value that is not a whole number of at least 1.
 */
export function limitsFrom(given: Partial<Limits> = {}): Limits {
  const limits = { ...DEFAULT_LIMITS };
  for (const key of Object.keys(given) as (keyof Limits)[]) {
    const value = given[key];
    if (value === undefined) continue;
    if (!Object.hasOwn(DEFAULT_LIMITS, key)) {
      throw new ConfigError(`limits.${key} is not a limit; see the Limits interface`, `limits.${key}`);
    }
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new ConfigError(
        `limits.${key} has to be a whole number of at least 1, got ${String(value)}: no limit can be switched off`,
        `limits.${key}`,
      );
    }
    limits[key] = value;
  }
  return limits;
}
