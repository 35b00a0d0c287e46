import { SestinaError } from '@sestina/core';

/** What is stored under a key is nothing that was stored here: another program's, or cut off. It is left as it is. */
export class StoredValueError extends SestinaError {
  static override readonly name: string = 'StoredValueError';
  readonly code = 'ERR_STORED_VALUE';

  constructor(readonly key: string) {
    super(`what is stored under "${key}" cannot be read: restore it from a backup, or delete it`);
  }
}
