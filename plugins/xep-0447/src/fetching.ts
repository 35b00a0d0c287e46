import { type Clock, type ElementClass, type ElementView, isA, type Message, viewOf } from '@sestina/core';
import { LruMap, within } from '@sestina/core/util';
import { algorithmOf, base64Of, type HashCheck, type Hashes, strongest } from '@sestina/xep-0300';
import type { FileMetadata } from '@sestina/xep-0446';
import { FileMismatchError, FileUnavailableError } from './errors.js';
import type { FileSources } from './stanza.js';

/** A file that was fetched. */
export interface FetchedFile {
  readonly data: Uint8Array;
  /** Whether a hash proves that it is the file that was announced. */
  readonly verified: boolean;
  /** Where it came from; undefined for what was at hand. */
  readonly source: ElementView | undefined;
}

/** How a file is fetched. */
export interface FetchOptions {
  /** The message that shares it: sources that were added later count then. */
  readonly from?: Message | undefined;
  /** Bytes. Default: the option of the plugin. */
  readonly maxBytes?: number | undefined;
  /** Asked before a source is, which learns our address then. False: it is not. */
  readonly confirm?: ((source: ElementView) => boolean | Promise<boolean>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds for each source.
   * @default 600_000
   */
  readonly timeout?: number | undefined;
}

/** How files are fetched from sources of one kind. */
export interface FileSourceKind<V extends ElementView = ElementView> {
  /**
   * Whether its source learns nothing of us that our server does not know: such sources come first.
   * @default false
   */
  readonly isPrivate?: boolean | undefined;
  /** Whether what comes cannot be changed on the way, so that it may be used without a hash. */
  isSecure(source: V): boolean;
  /** Gives the bytes as they come, and no more than `maxBytes` of them. */
  fetch(
    source: V,
    options: { readonly signal: AbortSignal; readonly timeout: number; readonly maxBytes: number },
  ): AsyncIterable<Uint8Array>;
}

/** A kind with its class. */
export interface RegisteredKind extends FileSourceKind {
  readonly cls: ElementClass;
}

/** A source that may be tried. */
interface Candidate {
  readonly source: ElementView;
  readonly kind: RegisteredKind;
}

// A list of a stranger may be long.
const MOST_SOURCES = 8;

/** Files by their strongest hash. */
export class FileCache {
  readonly #files: LruMap<string, Uint8Array>;

  constructor(bytes: number) {
    this.#files = new LruMap({
      maxEntries: 1_000,
      maxBytes: bytes,
      sizeOf: (data, key) => data.length + 2 * key.length,
    });
  }

  get(file: FileMetadata | undefined): Uint8Array | undefined {
    const key = keyOf(file);
    return key === undefined ? undefined : this.#files.get(key);
  }

  set(file: FileMetadata | undefined, data: Uint8Array): void {
    const key = keyOf(file);
    if (key !== undefined) this.#files.set(key, data);
  }
}

function keyOf(file: FileMetadata | undefined): string | undefined {
  const best = strongest(file?.hashes ?? []);
  // Of SHA-1 there are collisions.
  if (!best || algorithmOf(best.algo) === 'sha-1') return undefined;
  return `${algorithmOf(best.algo)} ${base64Of(best)}`;
}

/** The sources that may be tried, those that learn nothing first, then those of the sender: of others only where a hash proves the file. */
export function candidates(
  own: FileSources | undefined,
  added: readonly { readonly sources: FileSources; readonly bySender: boolean }[],
  kinds: readonly RegisteredKind[],
  proves: boolean,
): Candidate[] {
  const lists = [
    ...(own ? [own] : []),
    ...added.filter(({ bySender }) => bySender).map(({ sources }) => sources),
    ...added.filter(({ bySender }) => !bySender && proves).map(({ sources }) => sources),
  ];
  const found: Candidate[] = [];
  for (const { xml } of lists) {
    for (const each of xml.elements()) {
      const kind = kinds.find(({ cls }) => isA(cls, each));
      if (!kind) continue;
      const source = viewOf(kind.cls, each);
      if (proves || kind.isSecure(source)) found.push({ source, kind });
    }
  }
  return found
    .sort((a, b) => Number(b.kind.isPrivate ?? false) - Number(a.kind.isPrivate ?? false))
    .slice(0, MOST_SOURCES);
}

/** Tries one source after the other. @throws FileUnavailableError; the signal's reason. */
export async function fetchFrom(
  clock: Clock,
  list: readonly Candidate[],
  file: FileMetadata | undefined,
  hashes: Hashes,
  maxBytes: number,
  { confirm, timeout = 600_000, signal }: FetchOptions & { readonly signal: AbortSignal },
): Promise<FetchedFile> {
  const size = file?.size;
  const causes: unknown[] = [];
  for (const candidate of list) {
    const { source } = candidate;
    try {
      const wanted = async (): Promise<boolean> => (await confirm?.(source)) ?? true;
      if (!(await within(clock, wanted, { what: 'a confirmation', signal }))) continue;
      const read = (over: AbortSignal): Promise<FetchedFile> =>
        readSource(candidate, file, hashes.checking(file?.hashes ?? []), {
          signal: over,
          timeout,
          maxBytes: size ?? maxBytes,
        });
      return await within(clock, read, { what: 'the file', timeout, signal });
    } catch (error) {
      signal.throwIfAborted();
      causes.push(error);
    }
  }
  throw new FileUnavailableError(causes);
}

async function readSource(
  { source, kind }: Candidate,
  file: FileMetadata | undefined,
  check: HashCheck,
  bounds: { readonly signal: AbortSignal; readonly timeout: number; readonly maxBytes: number },
): Promise<FetchedFile> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of kind.fetch(source, bounds)) {
    bounds.signal.throwIfAborted();
    length += chunk.length;
    if (length > bounds.maxBytes) throw new FileMismatchError('size');
    check.update(chunk);
    chunks.push(chunk);
  }
  if (file?.size !== undefined && length !== file.size) throw new FileMismatchError('size');
  const verdict = check.verdict();
  if (verdict === 'mismatch') throw new FileMismatchError('hash');
  return { data: joined(chunks, length), verified: verdict === 'ok', source };
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
