import { declareLaws } from '@sestina/testing/laws';
import { DataForms, Form } from '../src/index.js';

// A form in a message is a text that somebody has written; who has to be believed is for those who use it.
export const laws = [declareLaws(DataForms, { anybody: [Form] })];
