import { declareLaws } from '@sestina/testing/laws';
import { FormValidation } from '../src/index.js';

export const laws = [declareLaws(FormValidation, { waits: {} })];
