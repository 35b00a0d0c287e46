import { declareLaws } from '@sestina/testing/laws';
import { WorkJournal } from '../src/index.js';

export const laws = [
  declareLaws(WorkJournal, {
    keeps: ['work/'],
    waits: {
      take: { local: (journal, _signal, { xmpp }) => journal.take(xmpp.message({ id: 'm1' })) },
      run: { local: (journal, _signal, { xmpp }) => journal.run(xmpp.message({ id: 'm1' }), () => 1) },
      leftBehind: { local: (journal) => journal.leftBehind() },
      idle: { local: (journal) => journal.idle() },
    },
  }),
];
