// Floods a connection with all that others can make it keep, one after the other, and says what it holds after each, for
// test/processes/memory.test.ts: flood.ts client|component MIB
import { ClientXMPP } from '@sestina/client';
import { ComponentXMPP } from '@sestina/component';
import { type BaseXMPP, SilentLogger } from '@sestina/core';
import { type MemoryEnd, MemoryTransportFactory, VirtualClock } from '@sestina/testing';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { MultiUserChat } from '@sestina/xep-0045';
import { ChatStates } from '@sestina/xep-0085';
import { SoftwareVersion, VersionQuery } from '@sestina/xep-0092';
import { EntityCapabilities } from '@sestina/xep-0115';
import { DeliveryReceipts } from '@sestina/xep-0184';
import { Ping } from '@sestina/xep-0199';
import { held } from '../support/bare-server.js';

const MIB = 1_048_576;
const CHUNK = 131_072;
const [kind = 'client', mib = '16'] = process.argv.slice(2);
const isComponent = kind === 'component';
const each = Number(mib) * MIB;
const OWN = isComponent ? 'echo.example.org' : 'alice@example.org';
const TO = isComponent ? 'bot@echo.example.org' : `${OWN}/phone`;
const CONTACT = 'bob@example.net';
const NAMESPACE = isComponent ? 'jabber:component:accept' : 'jabber:client';
const BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

let end: MemoryEnd | undefined;
let drained: (() => void) | undefined;
let streams = 0;
const answer = (text: string): void => void end?.write(text);

/** Lets the connection in, answers the roster, and nothing else. */
function heard(text: string): void {
  const id = / id=['"]([^'"]*)/.exec(text)?.[1];
  if (text.includes('<stream:stream')) {
    streams += 1;
    const version = isComponent ? '' : " version='1.0'";
    const header = `<?xml version='1.0'?><stream:stream xmlns='${NAMESPACE}' xmlns:stream='http://etherx.jabber.org/streams' id='s' from='${isComponent ? OWN : 'example.org'}'${version}>`;
    const mechanisms = `<mechanisms xmlns='${SASL}'><mechanism>PLAIN</mechanism></mechanisms>`;
    answer(header);
    if (!isComponent) answer(`<stream:features>${streams === 1 ? mechanisms : BIND}</stream:features>`);
  } else if (text.includes('<handshake')) answer('<handshake/>');
  else if (text.includes('<auth')) answer(`<success xmlns='${SASL}'/>`);
  else if (text.includes('xmpp-bind')) {
    answer(`<iq type='result' id='${id}'>${BIND.replace('/>', `><jid>${TO}</jid></bind>`)}</iq>`);
  } else if (text.includes('jabber:iq:roster') && text.includes("type='get'")) {
    const item = `<item jid='${CONTACT}' subscription='both'/>`;
    answer(`<iq type='result' id='${id}'><query xmlns='jabber:iq:roster'>${item}</query></iq>`);
  }
}

const clock = new VirtualClock();
const decoder = new TextDecoder();
const transports = new MemoryTransportFactory(
  {
    accept: (made) => {
      end = made;
      const wake = (): void => {
        drained?.();
        drained = undefined;
      };
      made.listen({
        data: (chunk) => heard(typeof chunk === 'string' ? chunk : decoder.decode(chunk)),
        drain: wake,
        close: wake,
      });
    },
  },
  { clock, secure: true },
);
const options = { transports, clock, logger: new SilentLogger(), reconnect: false } as const;
const xmpp: BaseXMPP = isComponent
  ? new ComponentXMPP({
      ...options,
      jid: OWN,
      secret: 'secret',
      autoAuthorize: true,
      autoSubscribe: true,
    })
  : new ClientXMPP({ ...options, jid: TO, password: 'secret' });
xmpp.use(ServiceDiscovery);
xmpp.use(EntityCapabilities);
xmpp.use(ChatStates);
xmpp.use(DeliveryReceipts);
xmpp.use(SoftwareVersion);
xmpp.use(Ping);
if (!isComponent) xmpp.use(MultiUserChat);
xmpp.on('message', () => {});
xmpp.on('error', () => {});
// One that never answers: what waits for it is bounded too.
xmpp.onIq('set', VersionQuery, () => new Promise(() => {}));
await xmpp.connect();
if (xmpp instanceof ClientXMPP) await xmpp.getRoster();
else await xmpp.roster.of(TO).authorize(CONTACT);
xmpp.sendPresence(isComponent ? { from: TO } : {});

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

async function say(text: string): Promise<void> {
  if (!end || end.closed) return;
  if (!end.write(text)) {
    await new Promise<void>((resolve) => {
      drained = resolve;
    });
  }
  await new Promise((resolve) => setImmediate(resolve));
}

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
    await say(chunk);
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
