import { declareLaws } from '@sestina/testing/laws';
import { InBandRegistration, NS_REGISTER, RegisterQuery } from '../src/index.js';

const JULIET = 'juliet@capulet.example/balcony';
const SERVICE = 'gateway.example.org';

export const laws = [
  declareLaws(InBandRegistration, {
    options: { allowPlaintext: true },
    unasked: [
      {
        payload: RegisterQuery,
        from: `<iq type='set' id='r1' from='${JULIET}'><query xmlns='${NS_REGISTER}'><nick>Juliet</nick></query></iq>`,
        prepare: ({ plugin }) => {
          plugin.serve(
            { info: () => ({ registered: false, fields: { nick: '' } }), register: () => {}, remove: () => {} },
            { allow: 'contacts' },
          );
        },
      },
    ],
    refused: { register: ['yes', null] },
    waits: {
      registration: (plugin, signal) => plugin.registration(SERVICE, { signal }),
      submit: (plugin, signal) => plugin.submit(SERVICE, { fields: { nick: 'Juliet' } }, { signal }),
      changePassword: (plugin, signal) => plugin.changePassword('secret', { to: SERVICE, signal }),
      cancel: (plugin, signal) => plugin.cancel(SERVICE, { signal }),
      cancelAccount: (plugin, signal) => plugin.cancelAccount({ confirm: 'alice@example.org', signal }),
    },
  }),
];
