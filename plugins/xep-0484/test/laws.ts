import { declareLaws } from '@sestina/testing/laws';
import { FastTokens } from '../src/index.js';

export const laws = [
  declareLaws(FastTokens, {
    refused: { channelBinding: ['never', null] },
    waits: { revoke: (tokens, signal) => tokens.revoke({ signal }) },
  }),
];
