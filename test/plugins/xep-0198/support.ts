import { ClientXMPP } from '@sestina/client';
import { ConnectError, SilentLogger } from '@sestina/core';
import type { TransportTarget } from '@sestina/core/transport';
import { MemoryTransportFactory, RawPeer, VirtualClock } from '@sestina/testing';
import { StreamManagement, type StreamManagementOptions } from '@sestina/xep-0198';

const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
  "id='s1' from='example.org' version='1.0'>";
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
export const SM = "<sm xmlns='urn:xmpp:sm:3'/>";
export const sm = (name: string, attributes = ''): string => `<${name} xmlns='urn:xmpp:sm:3' ${attributes}/>`;
export const message = (id: string): string => `<message id='${id}' from='bob@example.net/x'><body>x</body></message>`;

/** A client with stream management, and a server that is played by hand. */
export class Play {
  readonly clock = new VirtualClock();
  readonly client: ClientXMPP;
  readonly management: StreamManagement;
  readonly events: string[] = [];
  readonly peers: RawPeer[] = [];
  /** Where each connection was made. */
  readonly targets: TransportTarget[] = [];
  /** Connections to these hosts fail. */
  readonly down = new Set<string>();
  /** How much of what the peer received was looked at. */
  #seen = 0;

  constructor(
    options: Partial<StreamManagementOptions> = {},
    keepAlive: { interval: number; timeout: number } | false = false,
  ) {
    const transports = new MemoryTransportFactory(
      {
        accept: (end, target) => {
          this.targets.push(target);
          if (this.down.has(target.host ?? '')) throw new ConnectError('example.org', []);
          this.peers.push(RawPeer.serve(end, { clock: this.clock }));
          this.#seen = 0;
        },
      },
      { clock: this.clock, secure: true },
    );
    this.client = new ClientXMPP({
      jid: 'alice@example.org/phone',
      password: 'secret',
      logger: new SilentLogger(),
      clock: this.clock,
      keepAlive,
      transports,
      reconnect: { base: 1, max: 1 },
    });
    this.management = this.client.use(StreamManagement, options);
    for (const name of [
      'sessionStart',
      'sessionResumed',
      'sessionEnd',
      'smEnabled',
      'smFailed',
      'smUnknown',
    ] as const) {
      this.client.on(name, () => this.events.push(name));
    }
  }

  get peer(): RawPeer {
    return this.peers.at(-1) as RawPeer;
  }

  /** The server says something, and all that follows has happened. */
  async say(text: string): Promise<void> {
    this.peer.send(text);
    await this.clock.runUntilIdle();
  }

  /** What the server has received since the last call. */
  async heard(): Promise<string> {
    await this.clock.runUntilIdle();
    const text = this.peer.received.slice(this.#seen);
    this.#seen += text.length;
    return text;
  }

  async login(features = SM + BIND): Promise<void> {
    await this.clock.advance(1);
    await this.say(
      `${HEADER}<stream:features><mechanisms xmlns='${NS_SASL}'><mechanism>PLAIN</mechanism></mechanisms></stream:features>`,
    );
    await this.say(`<success xmlns='${NS_SASL}'/>`);
    await this.heard();
    await this.say(`${HEADER}<stream:features>${features}</stream:features>`);
  }

  async bind(): Promise<void> {
    const id = / id='([^']*)'/.exec(await this.heard())?.[1];
    await this.say(
      `<iq type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/phone</jid></bind></iq>`,
    );
  }

  /** From nothing to a session that the server counts in. */
  async start(enabled = sm('enabled', "id='id1' resume='true'"), features = SM + BIND): Promise<this> {
    void this.client.connect().catch(() => {});
    await this.clock.runUntilIdle();
    await this.login(features);
    await this.bind();
    if (enabled) await this.say(enabled);
    await this.heard();
    return this;
  }

  /** The connection is cut, and made again as far as the second features. */
  async lose(): Promise<void> {
    this.peer.drop();
    await this.clock.runUntilIdle();
    await this.login();
  }

  send(...ids: string[]) {
    return ids.map((id) => this.client.sendMessage({ to: 'bob@example.net', id, body: 'x' }));
  }
}

/** The ids of the messages in what was heard. */
export const idsIn = (text: string): string[] =>
  [...text.matchAll(/<message[^>]* id='([^']+)'/g)].map(([, id]) => id as string);
