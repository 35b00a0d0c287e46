import { declareLaws } from '@sestina/testing/laws';
import { ClientState } from '../src/index.js';

export const laws = [declareLaws(ClientState, { refused: { follow: [null, 5, {}] } })];
