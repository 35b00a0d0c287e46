// Floods a connection with all that others can make it keep, one after the other, and says what it holds after each, for
// test/processes/memory.test.ts: flood.ts client|component MIB
import { held } from '../support/bare-server.js';
import { FloodedConnection } from '../support/flooded-connection.js';

const MIB = 1_048_576;
const CHUNK = 131_072;
const [kind = 'client', mib = '16'] = process.argv.slice(2);
const each = Number(mib) * MIB;
const flooded = new FloodedConnection(kind);
const { xmpp, isComponent, own: OWN, address: TO, contact: CONTACT } = flooded;
await flooded.start();

let number = 0;
/** Of a component all of its addresses can be written to. */
let to = TO;
const long = (size: number): string => `${number}${'x'.repeat(size)}`;
const contact = (resource: string): string => `${CONTACT}/${resource}`;

/** Who it is from: one stranger and his many resources, many strangers with long addresses, one contact, our own account. */
const SENDERS: Readonly<Record<string, () => string>> = {
  'one stranger': () => `eve@evil.example/${long(900)}`,
  'many strangers': () => `${long(700)}@${'h'.repeat(50)}.example/r`,
  'one contact': () => contact(long(900)),
  ...(isComponent ? {} : { 'our account': () => `${OWN}/${long(900)}` }),
};

/** Whom it is for. */
const RECEIVERS: Readonly<Record<string, () => string>> = {
  '': () => TO,
  ...(isComponent && { ' to many of our addresses': () => `${long(700)}@${OWN}` }),
};

/** What it says. */
const SAYINGS: Readonly<Record<string, (from: string) => string>> = {
  'presence, small': (from) => `<presence from='${from}' to='${to}'><status>${number}</status></presence>`,
  'presence, large': (from) =>
    `<presence from='${from}' to='${to}'><status>${long(7_000)}</status><x xmlns='urn:x'>${long(500)}</x></presence>`,
  capabilities: (from) =>
    `<presence from='${from}' to='${to}'><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='${long(500)}' ver='${String(number).padStart(27, 'A')}='/></presence>`,
  subscribe: (from) =>
    `<presence from='${from.split('/')[0]}' to='${to}' type='subscribe'><status>${long(500)}</status></presence>`,
  subscribed: (from) => `<presence from='${from.split('/')[0]}' to='${to}' type='subscribed'/>`,
  messages: (from) =>
    `<message from='${from}' to='${to}' type='chat' id='${long(100)}'><body>${long(500)}</body><thread>${long(100)}</thread><active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/></message>`,
  'chat states': (from) =>
    `<message from='${from}' to='${to}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/><thread>${long(300)}</thread></message>`,
  receipts: (from) =>
    `<message from='${from}' to='${to}'><received xmlns='urn:xmpp:receipts' id='${long(300)}'/></message>`,
  errors: (from) =>
    `<message from='${from}' to='${to}' type='error' id='${long(100)}'><error type='cancel'/></message>`,
  'room presence': (from) =>
    `<presence from='${from}' to='${to}'><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='member' role='participant'/></x></presence>`,
  requests: (from) =>
    `<iq type='get' id='${long(100)}' from='${from}' to='${to}'><query xmlns='urn:example:${number}'/></iq>`,
  'requests that are never answered': (from) =>
    `<iq type='set' id='${long(100)}' from='${from}' to='${to}'><query xmlns='jabber:iq:version'/></iq>`,
  'questions about us': (from) =>
    `<iq type='get' id='${number}' from='${from}' to='${to}'><query xmlns='http://jabber.org/protocol/disco#info' node='${long(500)}'/></iq>`,
  'answers to nothing': (from) => `<iq type='result' id='${long(300)}' from='${from}' to='${to}'/>`,
};

/** What only our own server can say. */
const FROM_THE_SERVER: Readonly<Record<string, () => string>> = {
  'roster pushes of many contacts': () =>
    `<iq type='set' id='${number}'><query xmlns='jabber:iq:roster' ver='${number}'><item jid='${long(700)}@example.net' name='${long(100)}'><group>${long(100)}</group></item></query></iq>`,
  'roster pushes of one large contact': () =>
    `<iq type='set' id='${number}'><query xmlns='jabber:iq:roster'><item jid='huge@example.net' name='${long(10_000)}'>${`<group>${'g'.repeat(50)}</group>`.repeat(3)}</item></query></iq>`,
  'roster removals': () =>
    `<iq type='set' id='${number}'><query xmlns='jabber:iq:roster'><item jid='${long(700)}@example.org' subscription='remove'/></query></iq>`,
};

/** What makes lists grow that take thousands; the rest is bounded by less. */
const LISTS = /^(?:capabilities|presence, small|roster pushes of many|subscribe )/;

async function flood(name: string, next: () => string): Promise<void> {
  const total = LISTS.test(name) ? each : each / 8;
  const started = performance.now();
  let most = 0;
  for (let said = 0, looks = 0; said < total && xmpp.online; ) {
    let chunk = '';
    while (chunk.length < CHUNK) {
      number += 1;
      chunk += next();
    }
    said += chunk.length;
    await flooded.say(chunk);
    looks += 1;
    // A collection costs more than the flood.
    if (looks % 64 === 0) most = Math.max(most, await held());
  }
  most = Math.max(most, await held());
  console.log(JSON.stringify({ flood: name, most, online: xmpp.online, ms: Math.round(performance.now() - started) }));
}

console.log(JSON.stringify({ flood: 'nothing', most: await held(), online: xmpp.online, ms: 0 }));
for (const [what, saying] of Object.entries(SAYINGS)) {
  for (const [who, sender] of Object.entries(SENDERS)) {
    for (const [whom, receiver] of Object.entries(RECEIVERS)) {
      await flood(`${what} of ${who}${whom}`, () => {
        to = receiver();
        return saying(sender());
      });
    }
  }
}
if (!isComponent) {
  for (const [what, saying] of Object.entries(FROM_THE_SERVER)) await flood(what, saying);
}
xmpp.abort();
