import { ClientXMPP } from '@sestina/client';
import { SilentLogger } from '@sestina/core';
import { InstantMessaging } from '@sestina/preset-im';
import { expect, it } from 'vitest';

/** What the suite "IM" of XEP-0479 asks of advanced clients and that is announced, and by what. */
const ANNOUNCED = {
  '0045': 'http://jabber.org/protocol/muc',
  '0085': 'http://jabber.org/protocol/chatstates',
  '0115': 'http://jabber.org/protocol/caps',
  '0184': 'urn:xmpp:receipts',
  '0249': 'jabber:x:conference',
  '0308': 'urn:xmpp:message-correct:0',
};

/** What it asks for and nobody hears of. /me is a matter of how text is shown, and Jingle is not there. */
const SILENT = [
  '0030',
  '0048',
  '0049',
  '0054',
  '0084',
  '0153',
  '0163',
  '0191',
  '0198',
  '0223',
  '0280',
  '0313',
  '0352',
  '0363',
  '0398',
  '0402',
  '0410',
];

it('the preset is all that the suites for messaging ask for, and says so', () => {
  const xmpp = new ClientXMPP({ jid: 'romeo@play.example', password: 'secret', logger: new SilentLogger() });
  xmpp.use(InstantMessaging);
  const wanted = [...Object.keys(ANNOUNCED), ...SILENT].map((number) => `xep-${number}`);
  expect(xmpp.plugins.ids).toEqual(expect.arrayContaining(wanted));
  expect([...xmpp.advertised]).toEqual(expect.arrayContaining(Object.values(ANNOUNCED)));
});

it('what is switched off is not announced', () => {
  for (const [name, feature] of [
    ['receipts', ANNOUNCED['0184']],
    ['chatStates', ANNOUNCED['0085']],
    ['correction', ANNOUNCED['0308']],
    ['rooms', ANNOUNCED['0045']],
    ['invitations', ANNOUNCED['0249']],
  ] as const) {
    const xmpp = new ClientXMPP({ jid: 'romeo@play.example', password: 'secret', logger: new SilentLogger() });
    xmpp.use(InstantMessaging, { [name]: false });
    expect([...xmpp.advertised]).not.toContain(feature);
  }
});
