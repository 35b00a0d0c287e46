import { type AskOptions, ConfigError } from '@sestina/core';

/** Options of `Search`. */
export class SearchOptions {
  /**
   * How many one account may search for in a minute at what is served here.
   * @default 10
   */
  searchesPerMinute = 10;
}

/** @throws ConfigError for what cannot be meant. */
export function checkOptions({ searchesPerMinute }: SearchOptions): void {
  if (!(Number.isSafeInteger(searchesPerMinute) && searchesPerMinute > 0))
    throw new ConfigError(
      `searchesPerMinute is a positive whole number, got ${searchesPerMinute}`,
      'searchesPerMinute',
    );
}

/** Options of what asks. */
export interface SearchRequestOptions extends Omit<AskOptions, 'answer'> {}

/** Options of `search()`. */
export interface SearchForOptions extends SearchRequestOptions {
  /**
   * Results at most.
   * @default 1_000
   */
  readonly max?: number | undefined;
}
