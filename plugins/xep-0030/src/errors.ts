import { SestinaError } from '@sestina/core';

/** An entity has more items than was allowed. */
export class TooManyItemsError extends SestinaError {
  static override readonly name: string = 'TooManyItemsError';
  readonly code = 'ERR_TOO_MANY_ITEMS';

  constructor(
    /** How many it has. */
    readonly count: number,
    readonly limit: number,
  ) {
    super(`${count} items, and only ${limit} are allowed: ask for one of its nodes, or raise \`limit\``);
  }
}
