import { type ClientOptions, ClientXMPP } from '@sestina/client';
import { SilentLogger, Tracer, type XmlElement } from '@sestina/core';
import type { NegotiationStep } from '@sestina/core/connection';
import type { TransportTarget } from '@sestina/core/transport';
import { type MemoryEnd, type MemoryPairOptions, MemoryTransportFactory, RawPeer } from '@sestina/testing';

export const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
export const STARTTLS = `<starttls xmlns='${NS_TLS}'><required/></starttls>`;
export const BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
export const SESSION = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>";

/** The feature that offers these mechanisms. */
export function mechanisms(...names: string[]): string {
  return `<mechanisms xmlns='${NS_SASL}'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`;
}

/** The server's stream header. */
export function header(attributes = "id='s1' from='example.org' version='1.0'"): string {
  return `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' ${attributes}>`;
}

export const streamError = (condition: string, text = ''): string =>
  `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'>${text}</${condition}></stream:error></stream:stream>`;

/** The server's word that we are in. */
export const success = (data = ''): string => `<success xmlns='${NS_SASL}'>${data}</success>`;
/** The server's word that we are not. */
export const failure = (condition: string, text = ''): string =>
  `<failure xmlns='${NS_SASL}'><${condition}/>${text ? `<text xml:lang='en'>${text}</text>` : ''}</failure>`;

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
export const unbase64 = (text: string): string => Buffer.from(text, 'base64').toString();

/** One connection, of which a test plays the server's end. */
export class Played {
  constructor(
    readonly peer: RawPeer,
    readonly end: MemoryEnd,
    /** Where the client wanted to go. */
    readonly target: TransportTarget,
  ) {}

  /** Takes the client's stream header and answers with ours and these features. Returns the client's. */
  async open(features: string, ours = header()): Promise<string> {
    const theirs = await this.peer.receive(/<stream:stream[^>]*>/);
    this.peer.send(`${ours}<stream:features>${features}</stream:features>`);
    return theirs;
  }

  /** Offers STARTTLS and goes over to it. */
  async tls(): Promise<void> {
    await this.open(STARTTLS);
    await this.peer.receive('<starttls');
    this.peer.send(`<proceed xmlns='${NS_TLS}'/>`);
    await this.end.acceptTls();
  }

  /** The mechanism and the data of the client's next `<auth/>`. */
  async auth(): Promise<{ mechanism: string; data: string }> {
    const text = await this.peer.receive(/<auth [^>]*(?:\/>|>[^<]*<\/auth>)/);
    const [, mechanism = '', data = ''] = /mechanism=['"]([^'"]*)['"][^>]*>?([^<]*)/.exec(text) ?? [];
    return { mechanism, data: data === '' || data === '=' ? data : unbase64(data) };
  }

  /** Offers PLAIN and says yes to whatever comes. */
  async login(): Promise<void> {
    await this.open(mechanisms('PLAIN'));
    await this.auth();
    this.peer.send(`<success xmlns='${NS_SASL}'/>`);
  }

  /** Answers the client's request to bind; returns it. */
  async bind(jid = 'alice@example.org/phone'): Promise<string> {
    const request = await this.peer.receive(/<iq.*?<\/iq>/);
    this.peer.send(
      `<iq type='result' id='${idOf(request)}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${jid}</jid></bind></iq>`,
    );
    return request;
  }

  /** From the first header to the session, on a connection that is encrypted. */
  async session(jid?: string): Promise<void> {
    await this.login();
    await this.open(BIND);
    await this.bind(jid);
  }
}

export function idOf(stanza: string): string {
  return / id=['"]([^'"]*)['"]/.exec(stanza)?.[1] ?? '';
}

/** A server that a test plays by hand. */
export class PlayedServer {
  readonly transports: MemoryTransportFactory;
  readonly targets: TransportTarget[] = [];
  readonly #waiting: ((played: Played) => void)[] = [];
  readonly #come: Played[] = [];

  /** Connections are encrypted from the start unless told otherwise. */
  constructor(options: MemoryPairOptions = {}) {
    const accept = (end: MemoryEnd, target: TransportTarget): void => {
      this.targets.push(target);
      const played = new Played(RawPeer.serve(end, { saysGoodbye: true }), end, target);
      const waiting = this.#waiting.shift();
      if (waiting) waiting(played);
      else this.#come.push(played);
    };
    this.transports = new MemoryTransportFactory({ accept }, { secure: true, ...options });
  }

  /** The next connection. */
  next(): Promise<Played> {
    const come = this.#come.shift();
    return come ? Promise.resolve(come) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  client(options: Partial<ClientOptions> = {}): ClientXMPP {
    return makeClient({ transports: this.transports, ...options });
  }
}

export function makeClient(options: Partial<ClientOptions> = {}): ClientXMPP {
  return new ClientXMPP({
    jid: 'alice@example.org/phone',
    password: 'secret',
    reconnect: false,
    keepAlive: false,
    logger: new SilentLogger(),
    ...options,
  });
}

/** A step of `urn:x` that writes down that it was taken. */
export function noting(taken: string[], name: string, more: Partial<NegotiationStep> = {}): NegotiationStep {
  return {
    name,
    namespace: 'urn:x',
    needs: 'authenticated',
    async run() {
      taken.push(name);
      return 'next';
    },
    ...more,
  };
}

/** Keeps what is traced, as text. */
export class Trace extends Tracer {
  readonly incomings: string[] = [];
  readonly outgoings: string[] = [];

  incoming(element: XmlElement): void {
    this.incomings.push(element.toString());
  }

  outgoing(element: XmlElement): void {
    this.outgoings.push(element.toString());
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
