import { declareLaws } from '@sestina/testing/laws';
import { formType, single } from '@sestina/xep-0004';
import { NS_SEARCH, Search, SearchQuery } from '../src/index.js';

const JULIET = 'juliet@capulet.example/balcony';
const SERVICE = 'users.example.org';
const form = formType(NS_SEARCH, { nick: single('nick') }).form();

export const laws = [
  declareLaws(Search, {
    unasked: [
      {
        payload: SearchQuery,
        from: `<iq type='set' id='s1' from='${JULIET}'><query xmlns='${NS_SEARCH}'><nick>ro</nick></query></iq>`,
        prepare: ({ plugin }) => void plugin.serve({ form, find: () => [] }, { answer: 'contacts' }),
      },
    ],
    refused: { searchesPerMinute: [0, 1.5, '5'] },
    waits: {
      service: (search, signal) => search.service({ signal }),
      form: (search, signal) => search.form(SERVICE, { signal }),
      search: (search, signal) => search.search(SERVICE, { nick: 'ro' }, { signal })[Symbol.asyncIterator]().next(),
    },
  }),
];
