import { declareLaws } from '@sestina/testing/laws';
import { ContactAddresses } from '../src/index.js';

export const laws = [
  declareLaws(ContactAddresses, { waits: { of: (contacts, signal) => contacts.of('example.net', { signal }) } }),
];
