import type { JID, Storage } from '@sestina/core';

/** What was shown here and is not published yet, as it is kept. */
export interface Unpublished {
  readonly id: string;
  readonly archive: string;
  readonly archiveId: string;
  /** What the server's item was when this was known to be ahead of it. */
  readonly over: string | undefined;
}

const MAX_KEPT = 1_000;
const MAX_TEXT = 4_000;

/** Keeps in the storage what could not be published yet, for the next process. */
export class UnpublishedPlaces {
  readonly #storage: Storage;
  readonly #key: string;
  #written: string | undefined;

  constructor(storage: Storage, account: JID) {
    this.#storage = storage;
    this.#key = `xep-0490/${account.bare.full}`;
  }

  /** What is kept; what cannot be read is left out. @throws what the storage rejects with. */
  async read(): Promise<readonly Unpublished[]> {
    const text = await this.#storage.get(this.#key);
    this.#written = text;
    return text === undefined ? [] : listIn(text);
  }

  /** Keeps the last of these, and nothing else. @throws what the storage rejects with. */
  async write(places: readonly Unpublished[]): Promise<void> {
    const rows = places
      .slice(-MAX_KEPT)
      .map(({ id, archive, archiveId, over }) => [id, archive, archiveId, over ?? null]);
    const text = rows.length > 0 ? JSON.stringify(rows) : undefined;
    if (text === this.#written) return;
    await (text === undefined ? this.#storage.delete(this.#key) : this.#storage.set(this.#key, text));
    this.#written = text;
  }
}

function listIn(text: string): readonly Unpublished[] {
  try {
    const rows: unknown = JSON.parse(text);
    return Array.isArray(rows) ? rows.slice(-MAX_KEPT).flatMap(placeIn) : [];
  } catch {
    return [];
  }
}

function placeIn(row: unknown): readonly Unpublished[] {
  if (!Array.isArray(row)) return [];
  const [id, archive, archiveId, over] = row as unknown[];
  if (!isText(id) || !isText(archive) || !isText(archiveId)) return [];
  return [{ id, archive, archiveId, over: isText(over) ? over : undefined }];
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_TEXT;
