import { ConfigError } from '@sestina/core';

/** Options of `Bind2`. */
export class Bind2Options {
  /**
   * What the resource begins with. Everybody whom the account talks to sees it: the name of the program, never that of a device or person.
   * @default 'Sestina'
   */
  tag = 'Sestina';
  /**
   * Whether Bind 2 is used although nothing reads the archive. The server deletes what it has kept for the account while it was offline: what
   * is not read from the archive (XEP-0313) then is lost. `refuse`: the resource is bound as in RFC 6120 then.
   * @default 'refuse'
   */
  withoutArchive: 'accept' | 'refuse' = 'refuse';
}

/** @throws ConfigError for values that cannot be. */
export function checkOptions({ tag, withoutArchive }: Bind2Options): void {
  if (typeof tag !== 'string' || tag === '') throw new ConfigError('tag is a text', 'tag');
  if (withoutArchive !== 'accept' && withoutArchive !== 'refuse') {
    throw new ConfigError(
      `withoutArchive has to be 'accept' or 'refuse', got ${String(withoutArchive)}`,
      'withoutArchive',
    );
  }
}
