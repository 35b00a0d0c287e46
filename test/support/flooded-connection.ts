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

const BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
// Turns after which nobody reads any more.
const STALLED = 2_000;

/** A connection as an application makes it, with plugins and what is default, and a server that says what a test wants. */
export class FloodedConnection {
  readonly clock = new VirtualClock();
  readonly xmpp: BaseXMPP;
  readonly isComponent: boolean;
  /** Our account, or our domain. */
  readonly own: string;
  /** An address of ours. */
  readonly address: string;
  /** In our roster, and subscribed both ways. */
  readonly contact = 'bob@example.net';
  /** The server's end. */
  end: MemoryEnd | undefined;
  readonly #namespace: string;
  readonly #decoder = new TextDecoder();
  #drained: (() => void) | undefined;
  #streams = 0;

  constructor(kind: string) {
    this.isComponent = kind === 'component';
    this.own = this.isComponent ? 'echo.example.org' : 'alice@example.org';
    this.address = this.isComponent ? 'bot@echo.example.org' : `${this.own}/phone`;
    this.#namespace = this.isComponent ? 'jabber:component:accept' : 'jabber:client';
    const transports = new MemoryTransportFactory(
      { accept: (made) => this.#accept(made) },
      { clock: this.clock, secure: true },
    );
    // A server that answers nothing answers no ping.
    const options = {
      transports,
      clock: this.clock,
      logger: new SilentLogger(),
      reconnect: false,
      keepAlive: false,
    } as const;
    this.xmpp = this.isComponent
      ? new ComponentXMPP({ ...options, jid: this.own, secret: 'secret', autoAuthorize: true, autoSubscribe: true })
      : new ClientXMPP({ ...options, jid: this.address, password: 'secret' });
    const { xmpp } = this;
    xmpp.use(ServiceDiscovery);
    xmpp.use(EntityCapabilities);
    xmpp.use(ChatStates);
    xmpp.use(DeliveryReceipts);
    xmpp.use(SoftwareVersion);
    xmpp.use(Ping);
    if (!this.isComponent) xmpp.use(MultiUserChat);
    xmpp.on('message', () => {});
    xmpp.on('error', () => {});
    // One that never answers: what waits for it is bounded too.
    xmpp.onIq('set', VersionQuery, () => new Promise(() => {}));
  }

  /** Connects, with a contact in the roster, and shows itself. */
  async start(): Promise<void> {
    const { xmpp } = this;
    await xmpp.connect();
    if (xmpp instanceof ClientXMPP) await xmpp.getRoster();
    else await xmpp.roster.of(this.address).authorize(this.contact);
    xmpp.sendPresence(this.isComponent ? { from: this.address } : {});
  }

  /** Says something, and waits until it is read. False where nobody reads it. */
  async say(text: string): Promise<boolean> {
    const { end } = this;
    if (!end || end.closed) return false;
    let read = end.write(text);
    if (!read) {
      this.#drained = () => {
        read = true;
      };
    }
    for (let turns = 0; !read && turns < STALLED; turns++) await turn();
    await turn();
    return read;
  }

  #accept(made: MemoryEnd): void {
    this.end = made;
    const wake = (): void => this.#drained?.();
    made.listen({
      data: (chunk) => this.#heard(typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk)),
      drain: wake,
      close: wake,
    });
  }

  /** Lets the connection in, answers the roster, and nothing else. */
  #heard(text: string): void {
    const answer = (said: string): void => void this.end?.write(said);
    const id = / id=['"]([^'"]*)/.exec(text)?.[1];
    if (text.includes('<stream:stream')) {
      this.#streams += 1;
      const version = this.isComponent ? '' : " version='1.0'";
      const from = this.isComponent ? this.own : 'example.org';
      const mechanisms = `<mechanisms xmlns='${SASL}'><mechanism>PLAIN</mechanism></mechanisms>`;
      answer(
        `<?xml version='1.0'?><stream:stream xmlns='${this.#namespace}' xmlns:stream='http://etherx.jabber.org/streams' id='s' from='${from}'${version}>`,
      );
      if (!this.isComponent) answer(`<stream:features>${this.#streams === 1 ? mechanisms : BIND}</stream:features>`);
    } else if (text.includes('<handshake')) answer('<handshake/>');
    else if (text.includes('<auth')) answer(`<success xmlns='${SASL}'/>`);
    else if (text.includes('xmpp-bind')) {
      answer(`<iq type='result' id='${id}'>${BIND.replace('/>', `><jid>${this.address}</jid></bind>`)}</iq>`);
    } else if (text.includes('jabber:iq:roster') && text.includes("type='get'")) {
      const item = `<item jid='${this.contact}' subscription='both'/>`;
      answer(`<iq type='result' id='${id}'><query xmlns='jabber:iq:roster'>${item}</query></iq>`);
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
