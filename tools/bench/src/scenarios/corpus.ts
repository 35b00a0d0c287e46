import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Stanzas as they come over the wire, and what reading two values of each has to come to. */
export interface Corpus {
  /** The opening of the stream, as the server writes it. */
  readonly header: string;
  readonly stanzas: readonly string[];
  /** Number of stanzas, and the sum of the lengths of what the handlers read. */
  readonly expected: { readonly count: number; readonly sum: number };
}

export interface WrittenCorpus {
  readonly file: string;
  readonly corpus: Corpus;
}

const CONTACTS = 200;
const PLACES = ['balcony', 'orchard', 'piazza', 'téléphone'];
const LINES = [
  'But soft, what light through yonder window breaks?',
  'Neither, fair saint, if either thee dislike.',
  'Ay me! — “Thou wilt say ‘Ay’”; & I will take thy word',
  'Good night, good night! Parting is such sweet sorrow, that I shall say good night till it be morrow.',
  'Hej',
];

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** One stanza, and the two texts that a handler reads of it: the sender, and the body, show or type. */
type Maker = (i: number, from: string, body: string) => readonly [xml: string, second: string];

const TO = "to='juliet@capulet.example/balcony'";
const STAMP = '2026-03-14T15:09:26.535Z';

const fromArchive: Maker = (i, from, body) => [
  `<message ${TO} from='${from}'><result xmlns='urn:xmpp:mam:2' queryid='f27' id='${2_000_000 + i}'>` +
    `<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${STAMP}'/>` +
    `<message xmlns='jabber:client' from='witch@shakespeare.lit/a' to='macbeth@shakespeare.lit' id='a${i}' type='chat'>` +
    `<body>${escaped(body)}</body><stanza-id xmlns='urn:xmpp:sid:0' id='${i}' by='macbeth@shakespeare.lit'/>` +
    '</message></forwarded></result></message>',
  '',
];

const MAKERS: readonly Maker[] = [
  (i, from, body) => [
    `<message ${TO} from='${from}' id='m${i}' type='chat'><body>${escaped(body)}</body>` +
      `<active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/>` +
      `<origin-id xmlns='urn:xmpp:sid:0' id='m${i}'/>` +
      `<stanza-id xmlns='urn:xmpp:sid:0' id='${1_000_000 + i}' by='juliet@capulet.example'/>` +
      `<delay xmlns='urn:xmpp:delay' from='capulet.example' stamp='${STAMP}'>Offline Storage</delay></message>`,
    body,
  ],
  (i, from) => [
    `<presence ${TO} from='${from}'><show>away</show><status>be right back ${i}</status><priority>1</priority>` +
      `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='http://psi-im.org' ver='q07IKJEyjvHSyhy//CH0CxmKi8w='/>` +
      `<x xmlns='vcard-temp:x:update'><photo>sha1-hash-of-image-${i % 50}</photo></x></presence>`,
    'away',
  ],
  (i, from) => [
    `<iq ${TO} from='${from}' id='d${i}' type='result'><query xmlns='http://jabber.org/protocol/disco#info' node='http://psi-im.org#q07IKJEyjvHSyhy//CH0CxmKi8w='>` +
      `<identity category='client' type='pc' name='Exodus 0.9.1'/>` +
      ['caps', 'disco#info', 'disco#items', 'muc', 'chatstates', 'pubsub#event', 'geoloc+notify', 'tune+notify']
        .map((name) => `<feature var='http://jabber.org/protocol/${name}'/>`)
        .join('') +
      '</query></iq>',
    'result',
  ],
  fromArchive,
  (i, from) => [
    `<message ${TO} from='${from}' id='p${i}' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'>` +
      `<items node='http://jabber.org/protocol/tune'><item id='${i}'><tune xmlns='http://jabber.org/protocol/tune'>` +
      `<artist>Yes</artist><length>686</length><rating>8</rating><source>Yessongs</source><title>Heart of the Sunrise</title>` +
      '</tune></item></items></event></message>',
    '',
  ],
  // What asks for something would have to be answered, which not all contenders do.
  (i, from) => [
    `<iq ${TO} from='${from}' id='v${i}' type='result'><query xmlns='jabber:iq:version'>` +
      '<name>Exodus</name><version>0.9.1</version></query></iq>',
    'result',
  ],
  (i, from, body) => [
    `<message ${TO} from='${from}' id='g${i}' type='groupchat'><body>${escaped(body)}</body>` +
      `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='dd72603d-${i}'/>` +
      `<stanza-id xmlns='urn:xmpp:sid:0' id='${3_000_000 + i}' by='coven@chat.shakespeare.example'/></message>`,
    body,
  ],
];

/**
 * The mix of a client's day, `count` stanzas of it: the same ones each time.
 * @param archived Whether what an archive gives is among them, which nobody has asked for.
 */
export function makeCorpus(count: number, archived = true): Corpus {
  const makers = archived ? MAKERS : MAKERS.filter((maker) => maker !== fromArchive);
  const stanzas: string[] = [];
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const maker = makers[i % makers.length] as Maker;
    const contact = (i * 7) % CONTACTS;
    const from = `romeo${contact}@montague.example/${PLACES[contact % PLACES.length]}`;
    const [xml, second] = maker(i, from, `${LINES[i % LINES.length]} ${i}`);
    stanzas.push(xml);
    sum += from.length + second.length;
  }
  const header =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
    "id='s1' from='capulet.example' version='1.0' xml:lang='en'>";
  return { header, stanzas, expected: { count, sum } };
}

/** Writes a corpus into a file for the contenders to read. */
export async function writeCorpus(directory: string, count: number, archived = true): Promise<WrittenCorpus> {
  const file = join(directory, `corpus-${count}-${archived}.json`);
  const corpus = makeCorpus(count, archived);
  await writeFile(file, JSON.stringify(corpus));
  return { file, corpus };
}
