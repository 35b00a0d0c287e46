import { ConfigError } from '@sestina/core';

/** Options of `FastTokens`. */
export class FastTokensOptions {
  /**
   * Whether a token has to be bound to the TLS connection on which it is used. With `prefer` it is where both sides can: browsers cannot.
   * @default 'prefer'
   */
  channelBinding: 'prefer' | 'require' = 'prefer';
}

/** @throws ConfigError for a word that is none of them. */
export function checkOptions({ channelBinding }: FastTokensOptions): void {
  if (channelBinding === 'prefer' || channelBinding === 'require') return;
  throw new ConfigError(
    `channelBinding has to be 'prefer' or 'require', got ${String(channelBinding)}`,
    'channelBinding',
  );
}
