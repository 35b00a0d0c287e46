import { declareLaws } from '@sestina/testing/laws';
import { Forwarded, StanzaForwarding } from '../src/index.js';

// What somebody forwards is his word, and is told as such.
export const laws = [declareLaws(StanzaForwarding, { anybody: [Forwarded] })];
