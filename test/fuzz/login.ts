import { ClientXMPP } from '@sestina/client';
import { SestinaError, SilentLogger } from '@sestina/core';
import { limitsFrom, type Parser, streamFraming } from '@sestina/core/transport';
import { SaslError } from '@sestina/sasl';
import { type MemoryEnd, MemoryTransportFactory, SeededRandom, VirtualClock } from '@sestina/testing';
import { Bind2 } from '@sestina/xep-0386';
import { Sasl2 } from '@sestina/xep-0388';
import fc from 'fast-check';
import { holds, target, textOf } from './target.js';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_SASL2 = 'urn:xmpp:sasl:2';
const NS_BIND2 = 'urn:xmpp:bind:0';
const PASSWORD = 'h0rse-battery';
const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
  "id='s1' from='example.org' version='1.0'>";
// Milliseconds after which a client has to have given up: as long as a connection may take, and more.
const PATIENCE = 200_000;
// A client that answers without end would write more.
const MOST_ELEMENTS = 40;

const NAMES = [
  'PLAIN',
  'SCRAM-SHA-1',
  'SCRAM-SHA-256',
  'SCRAM-SHA-256-PLUS',
  'HT-SHA-256-NONE',
  'EXTERNAL',
  'ANONYMOUS',
];
const junk = textOf(['PLAIN', ' ', '\n', 'scram-sha-1', ',', 'x'.repeat(100)]);
const base64 = (of: string | Uint8Array): string => Buffer.from(of).toString('base64');
const data = fc.oneof(
  fc.constantFrom(
    '',
    '=',
    '==',
    '====',
    'a',
    ' \n ',
    'v=',
    base64('v=xxxx'),
    base64('r=x,s=c2FsdA==,i=4096'),
    base64('e=other'),
  ),
  fc.uint8Array({ maxLength: 60 }).map(base64),
  textOf(['=', '+', 'A', 'é', ' ']),
  fc.constant('A'.repeat(20_000)),
);
const condition = fc.oneof(
  fc.constantFrom(
    'not-authorized',
    'temporary-auth-failure',
    'invalid-mechanism',
    'mechanism-too-weak',
    'aborted',
    'what',
  ),
  fc.constantFrom('text', '__proto__', 'constructor'),
);
const address = fc.constantFrom(
  'romeo@example.org',
  'romeo@example.org/r',
  'mallory@evil.example/r',
  '',
  '@',
  'a@b@c',
  'é/'.repeat(900),
);

const escaped = (text: string): string =>
  text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '').replace(/[<>&]/g, (each) => `&#${each.charCodeAt(0)};`);
const inside = fc.oneof(
  data.map(escaped),
  data.map((said) => `<additional-data>${escaped(said)}</additional-data>`),
  fc
    .tuple(data, address)
    .map(
      ([said, jid]) =>
        `<additional-data>${escaped(said)}</additional-data><authorization-identifier>${escaped(jid)}</authorization-identifier>`,
    ),
  address.map(
    (jid) => `<authorization-identifier>${escaped(jid)}</authorization-identifier><bound xmlns='${NS_BIND2}'/>`,
  ),
  fc.tuple(condition, data).map(([name, said]) => `<${name} xmlns='${NS_SASL}'/><text>${escaped(said)}</text>`),
  fc
    .array(data, { maxLength: 3 })
    .map((names) => `<tasks>${names.map((name) => `<task>${escaped(name)}</task>`).join('')}</tasks>`),
  fc.constant('<a xmlns="urn:a">'.repeat(20) + '</a>'.repeat(20)),
);
const reply = fc
  .record({
    name: fc.constantFrom(
      'challenge',
      'challenge',
      'success',
      'continue',
      'failure',
      'task-data',
      'proceed',
      'x',
      'iq',
      'message',
    ),
    namespace: fc.constantFrom(NS_SASL, NS_SASL, NS_SASL2, NS_SASL2, 'jabber:client', ''),
    inside: fc.array(inside, { maxLength: 2 }),
  })
  .map(({ name, namespace, inside: content }) => `<${name} xmlns='${namespace}'>${content.join('')}</${name}>`);

const offers = fc.record({
  mechanisms: fc.array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...NAMES) }, { weight: 1, arbitrary: junk }), {
    maxLength: 6,
  }),
  older: fc.boolean(),
  newer: fc.boolean(),
  types: fc.option(fc.array(fc.oneof(fc.constantFrom('tls-exporter', 'tls-unique'), junk), { maxLength: 3 }), {
    nil: undefined,
  }),
});
type Offers = typeof offers extends fc.Arbitrary<infer T> ? T : never;

function featuresOf({ mechanisms, older, newer, types }: Offers): string {
  const list = mechanisms.map((name) => `<mechanism>${escaped(name)}</mechanism>`).join('');
  const named = types?.map((type) => `<channel-binding type='${escaped(type).replace(/'/g, '')}'/>`).join('');
  return [
    '<stream:features>',
    older ? `<mechanisms xmlns='${NS_SASL}'>${list}</mechanisms>` : '',
    newer
      ? `<authentication xmlns='${NS_SASL2}'>${list}<inline><bind xmlns='${NS_BIND2}'><inline/></bind></inline></authentication>`
      : '',
    named === undefined ? '' : `<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>${named}</sasl-channel-binding>`,
    '</stream:features>',
  ].join('');
}

/** A server that says what it was told to, once for each thing that it reads. */
class Impostor {
  readonly read: string[] = [];
  readonly #replies: string[];
  readonly #greeting: string;

  constructor(greeting: string, replies: readonly string[]) {
    this.#greeting = greeting;
    this.#replies = [...replies];
  }

  accept(end: MemoryEnd): void {
    const parser: Parser = streamFraming.createParser(
      {
        streamStart: () => void end.write(this.#greeting),
        element: (element) => {
          this.read.push(element.toString());
          const next = this.#replies.shift();
          if (next !== undefined) end.write(next);
        },
        streamEnd: () => end.end(),
        // It begins anew where it takes itself for logged in.
        error: () => {},
      },
      limitsFrom(undefined),
    );
    end.listen({ data: (bytes) => parser.write(bytes as Uint8Array), drain: () => {}, close: () => {} });
  }
}

export const logins = target(
  {
    name: 'login',
    holds:
      'whatever a server answers to a login, it ends in its time with an error of ours, and nobody is told the password who has not offered PLAIN',
    cost: 20,
  },
  fc.record({ offered: offers, replies: fc.array(reply, { maxLength: 12 }), seed: fc.nat() }),
  async ({ offered, replies, seed }) => {
    const clock = new VirtualClock();
    const server = new Impostor(HEADER + featuresOf(offered), replies);
    const client = new ClientXMPP({
      jid: 'romeo@example.org/r',
      password: PASSWORD,
      clock,
      random: new SeededRandom(seed),
      logger: new SilentLogger(),
      transports: new MemoryTransportFactory(server, { clock, secure: true }),
      reconnect: false,
    });
    client.use(Sasl2, { clientId: false });
    client.use(Bind2, { withoutArchive: 'accept' });
    let ended: unknown;
    let settled = false;
    let wrong: unknown;
    client.on('error', ({ error }) => {
      wrong = error;
    });
    const connecting = client.connect().then(
      () => {
        settled = true;
      },
      (error: unknown) => {
        [settled, ended] = [true, error];
      },
    );
    await clock.advance(PATIENCE);
    holds(settled, 'it does not come to its end');
    await connecting;
    holds(wrong === undefined, `an error came out beside: ${String(wrong)}`);
    if (ended !== undefined) {
      holds(ended instanceof SestinaError || ended instanceof SaslError, `failed with ${String(ended)}`);
      holds(!`${ended.message} ${ended.stack}`.includes(PASSWORD), 'the password stands in an error');
    }
    holds(server.read.length <= MOST_ELEMENTS, `${server.read.length} elements were written`);
    const told = server.read.some((text) => text.includes(PASSWORD) || text.includes(base64(`\0romeo\0${PASSWORD}`)));
    const plain = offered.mechanisms.some((name) => escaped(name).trim() === 'PLAIN');
    holds(!told || plain, 'the password was told to a server that had not offered PLAIN');
    const gone = client.dispose();
    await clock.advance(PATIENCE);
    await gone;
    holds(clock.pending.length === 0, `${clock.pending.length} timers are left`);
  },
);
