import { declareLaws } from '@sestina/testing/laws';
import { CarbonReceived, CarbonSent, MessageCarbons, NS_CARBONS } from '../src/index.js';

const copy = (name: string, from: string, to: string): string =>
  `<message from='alice@example.org' to='alice@example.org/phone' type='chat'><${name} xmlns='${NS_CARBONS}'>
    <forwarded xmlns='urn:xmpp:forward:0'>
      <message xmlns='jabber:client' from='${from}' to='${to}' type='chat'><body>Hark</body></message>
    </forwarded>
  </${name}></message>`;
// Of our own devices too only the account speaks for the server (XEP-0280 §11).
const forgers = ['juliet@capulet.example/balcony', 'alice@example.org/tablet', 'example.org'];

export const laws = [
  declareLaws(MessageCarbons, {
    unasked: [
      {
        payload: CarbonReceived,
        forgers,
        from: copy('received', 'juliet@capulet.example/balcony', 'alice@example.org/tablet'),
      },
      {
        payload: CarbonSent,
        forgers,
        from: copy('sent', 'alice@example.org/tablet', 'juliet@capulet.example/balcony'),
      },
    ],
    waits: {
      enable: (carbons, signal) => carbons.enable({ signal }),
      disable: (carbons, signal) => carbons.disable({ signal }),
    },
  }),
];
