import { type ClientOptions, ClientXMPP } from '@sestina/client';
import { parseDocument, SilentLogger, type XmlElement } from '@sestina/core';
import { ScramServer } from '@sestina/sasl/server';
import {
  type MemoryEnd,
  type MemoryPairOptions,
  MemoryTransportFactory,
  RawPeer,
  SeededRandom,
  VirtualClock,
} from '@sestina/testing';

export const NS_SASL2 = 'urn:xmpp:sasl:2';
export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
export const BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
export const SM = "<sm xmlns='urn:xmpp:sm:3'/>";
export const ACCOUNT = 'alice@example.org';

/** Of a client: what is asked for within the login, as `<inline/>` has it. */
export interface Offer {
  /** Default: SCRAM-SHA-256. */
  readonly mechanisms?: readonly string[];
  readonly inline?: string;
  /** Beside the mechanisms. */
  readonly more?: string;
  /** Beside `<authentication/>`. */
  readonly features?: string;
}

export const authentication = ({ mechanisms = ['SCRAM-SHA-256'], inline = '', more = '' }: Offer = {}): string => {
  const names = mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('');
  return `<authentication xmlns='${NS_SASL2}'>${names}<inline>${inline}</inline>${more}</authentication>`;
};

export const failure = (condition: string): string =>
  `<failure xmlns='${NS_SASL2}'><${condition} xmlns='${NS_SASL}'/></failure>`;

/** One connection to a server with SASL2, of which a test plays the server's end. */
export class Sasl2Stream {
  constructor(
    readonly peer: RawPeer,
    readonly clock: VirtualClock,
  ) {}

  /** Lets happen what follows. */
  async idle(): Promise<void> {
    await this.clock.runUntilIdle();
  }

  async say(text: string): Promise<void> {
    this.peer.send(text);
    await this.idle();
  }

  /** Takes the client's stream header and answers with ours and what is offered. Returns the client's. */
  async open(offer: Offer = {}): Promise<string> {
    await this.idle();
    const theirs = await this.peer.receive(/<stream:stream[^>]*>/);
    await this.say(
      "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
        `id='s1' from='example.org' version='1.0'><stream:features>${authentication(offer)}${offer.features ?? ''}</stream:features>`,
    );
    return theirs;
  }

  /** The next element of this name. */
  async next(name: string): Promise<XmlElement> {
    await this.idle();
    const text = await this.peer.receive(new RegExp(`<${name}(?: [^>]*)?(?:/>|>.*?</${name}>)`));
    return parseDocument(text.slice(text.lastIndexOf(`<${name}`)));
  }

  /** The client's next attempt. */
  authenticate(): Promise<XmlElement> {
    return this.next('authenticate');
  }

  /** Plays SCRAM up to what the server says at last: the base64 of its signature. */
  async scram(authenticate: XmlElement, password = 'secret'): Promise<string> {
    const random = new SeededRandom(5);
    const scram = new ScramServer({
      hash: 'SHA-256',
      randomBytes: (length) => random.bytes(length),
      lookup: async () => ({ password }),
    });
    const data = authenticate.child('initial-response', NS_SASL2)?.text ?? '';
    const first = await scram.respond(Buffer.from(data, 'base64'));
    await this.say(`<challenge xmlns='${NS_SASL2}'>${Buffer.from(first.data ?? []).toString('base64')}</challenge>`);
    const response = await this.next('response');
    const last = await scram.respond(Buffer.from(response.text, 'base64'));
    return Buffer.from(last.data ?? []).toString('base64');
  }

  /** The server's word that we are in, with the features of after the login unless it is to have none. */
  async success({
    data = '',
    jid = ACCOUNT,
    inside = '',
    features = BIND,
  }: {
    readonly data?: string;
    readonly jid?: string;
    readonly inside?: string;
    readonly features?: string | false;
  } = {}): Promise<void> {
    const said = data === '' ? '' : `<additional-data>${data}</additional-data>`;
    const behind = features === false ? '' : `<stream:features>${features}</stream:features>`;
    await this.say(
      `<success xmlns='${NS_SASL2}'>${said}<authorization-identifier>${jid}</authorization-identifier>${inside}</success>${behind}`,
    );
  }

  /** Takes the next login by SCRAM, whatever is asked for in it. Returns what was. */
  async login(answer: Parameters<Sasl2Stream['success']>[0] = {}): Promise<XmlElement> {
    const authenticate = await this.authenticate();
    await this.success({ ...answer, data: await this.scram(authenticate) });
    return authenticate;
  }

  /** Answers the request to bind of RFC 6120. */
  async bind(jid = `${ACCOUNT}/phone`): Promise<void> {
    const request = await this.next('iq');
    await this.say(
      `<iq type='result' id='${request.attribute('id')}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${jid}</jid></bind></iq>`,
    );
  }
}

/** A server with SASL2 that a test plays by hand, on a virtual clock. */
export class Sasl2Server {
  readonly clock = new VirtualClock();
  readonly transports: MemoryTransportFactory;
  readonly streams: Sasl2Stream[] = [];

  /** Connections are encrypted from the start unless told otherwise. */
  constructor(options: MemoryPairOptions = {}) {
    const accept = (end: MemoryEnd): void => {
      this.streams.push(new Sasl2Stream(RawPeer.serve(end, { clock: this.clock, saysGoodbye: true }), this.clock));
    };
    this.transports = new MemoryTransportFactory({ accept }, { secure: true, ...options, clock: this.clock });
  }

  client(options: Partial<ClientOptions> = {}): ClientXMPP {
    return new ClientXMPP({
      jid: ACCOUNT,
      password: 'secret',
      reconnect: false,
      keepAlive: false,
      logger: new SilentLogger(),
      clock: this.clock,
      transports: this.transports,
      ...options,
    });
  }

  /** Ends a client, with all that it has going on. */
  async end(client: ClientXMPP): Promise<void> {
    const disposed = client.dispose();
    await this.clock.runUntilIdle();
    await disposed;
  }

  /** Begins to connect; the stream is the newest then. */
  async connect(client: ClientXMPP): Promise<{ readonly stream: Sasl2Stream; readonly connecting: Promise<void> }> {
    const connecting = client.connect();
    connecting.catch(() => {});
    await this.clock.runUntilIdle();
    return { stream: this.stream, connecting };
  }

  /** The newest. */
  get stream(): Sasl2Stream {
    return this.streams.at(-1) as Sasl2Stream;
  }
}

/** What the promise rejects with; fails where it does not. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('it should have been rejected');
}
