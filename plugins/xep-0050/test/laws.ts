import { declareLaws } from '@sestina/testing/laws';
import { DiscoItems, NS_DISCO_ITEMS } from '@sestina/xep-0030';
import { AdHocCommands, Command, NS_COMMANDS } from '../src/index.js';

const JULIET = 'juliet@capulet.example/balcony';

export const laws = [
  declareLaws(AdHocCommands, {
    unasked: [
      {
        payload: Command,
        from: `<iq type='set' id='c1' from='${JULIET}'><command xmlns='${NS_COMMANDS}' node='greet'/></iq>`,
        prepare: ({ plugin }) => {
          plugin.add({ node: 'greet', allow: 'contacts', run: ({ note }) => note('info', 'Good morrow') });
        },
      },
      {
        payload: DiscoItems,
        from: `<message from='${JULIET}'><query xmlns='${NS_DISCO_ITEMS}' node='${NS_COMMANDS}'>
          <item jid='${JULIET}' node='greet' name='Greet'/></query></message>`,
      },
    ],
    refused: { validators: [null, 'all', ['one']] },
    waits: {
      list: (commands, signal) => commands.list(JULIET, { signal }),
      execute: (commands, signal) => commands.execute(JULIET, 'greet', { signal }),
      run: (commands, signal) => commands.run(JULIET, 'greet', {}, { signal }),
    },
  }),
];
