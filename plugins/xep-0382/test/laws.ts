import { declareLaws } from '@sestina/testing/laws';
import { Spoilers } from '../src/index.js';

export const laws = [declareLaws(Spoilers, {})];
