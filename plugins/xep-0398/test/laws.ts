import { declareLaws } from '@sestina/testing/laws';
import { AvatarConversion } from '../src/index.js';

export const laws = [declareLaws(AvatarConversion, {})];
