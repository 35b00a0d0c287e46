import { declareLaws } from '@sestina/testing/laws';
import { MessageStyling } from '../src/index.js';

export const laws = [declareLaws(MessageStyling, {})];
