import { type Duplex, duplexPair } from 'node:stream';
import { ClientXMPP } from '@sestina/client';
import { ComponentXMPP } from '@sestina/component';
import { type BaseXMPP, SilentLogger } from '@sestina/core';
import type { TransportFactory } from '@sestina/core/transport';
import { DnsError, type HostAddress, Resolver, type SrvRecord, TcpTransportFactory } from '@sestina/tcp';
import { SeededRandom, VirtualClock } from '@sestina/testing';
import { WebSocketTransportFactory } from '@sestina/websocket';
import { type Behaviour, type Dialect, Peer } from './peer.js';

/** What connects, and over what. */
export type Kind = 'client over TCP' | 'client over WebSocket' | 'component';
export const KINDS: readonly Kind[] = ['client over TCP', 'client over WebSocket', 'component'];

/** What looking up the name comes to. */
export type Names = 'answers' | 'fails' | 'finds nothing' | 'is silent';

/** A place where the server may be. */
export class Place {
  behaviour: Behaviour = 'good';
  /** In which attempt somebody came here, each time. */
  readonly visits: number[] = [];
  readonly peers: Peer[] = [];

  constructor(readonly name: string) {}
}

const refused = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

/** A domain with several places, one connection to it, and the time, all under control of a test. */
export class World {
  readonly clock = new VirtualClock();
  readonly places: readonly Place[];
  readonly xmpp: BaseXMPP;
  readonly #dialect: Dialect;
  names: Names = 'answers';
  /** How often an attempt was begun, and when. */
  readonly attempts: number[] = [];

  constructor(
    kind: Kind,
    { places = 3, seed = 1, options = {} }: { places?: number; seed?: number; options?: object } = {},
  ) {
    const component = kind === 'component';
    const webSocket = kind === 'client over WebSocket';
    this.#dialect = { domain: component ? 'bot.example.org' : 'example.org', component, webSocket };
    this.places = Array.from({ length: places }, (_, i) => new Place(`p${i + 1}`));
    const given = {
      clock: this.clock,
      random: new SeededRandom(seed),
      logger: new SilentLogger(),
      transports: webSocket ? this.#webSockets() : this.#tcp(seed),
      ...options,
    };
    this.xmpp = component
      ? new ComponentXMPP({
          jid: 'bot.example.org',
          secret: 'hush',
          host: 'xmpp.example',
          allowRemotePlaintext: true,
          ...given,
        })
      : new ClientXMPP({ jid: 'example.org', anonymous: true, resource: 'bot', tls: { required: false }, ...given });
    this.xmpp.on('connecting', () => {
      const from = this.attempts.at(-200) ?? Number.NEGATIVE_INFINITY;
      // A loop without a pause would never let the time pass.
      if (this.attempts.push(this.clock.monotonic()) > 200 && this.clock.monotonic() - from < 60_000) this.xmpp.abort();
    });
    this.xmpp.on('connectionFailed', () => {});
    this.xmpp.on('disconnected', () => {});
  }

  /** Whoever is connected, with a session or without. */
  get peers(): Peer[] {
    return this.places.flatMap(({ peers }) => peers.filter(({ open }) => open));
  }

  #visit(place: Place, line: { send(text: string): void; close(): void }): Peer {
    const peer = new Peer(place.behaviour, this.#dialect, line);
    place.peers.push(peer);
    return peer;
  }

  #arrive(name: string): Place {
    const place = this.places.find((one) => one.name === name);
    if (!place) throw new Error(`nobody lives at ${name}`);
    place.visits.push(this.attempts.length);
    return place;
  }

  #look<T>(answer: T, signal: AbortSignal): Promise<T> {
    if (this.names === 'is silent') return untilAborted(signal);
    if (this.names === 'answers') return Promise.resolve(answer);
    const lost = this.names === 'finds nothing';
    return Promise.reject(new DnsError('example.org', lost ? 'ENOTFOUND' : 'ESERVFAIL', { retryable: !lost }));
  }

  #tcp(seed: number): TransportFactory {
    const { clock, places } = this;
    const look = this.#look.bind(this);
    const address = (name: string): HostAddress => ({ address: `192.0.2.${name.slice(1)}`, family: 4 });
    class Names extends Resolver {
      srv(name: string, signal: AbortSignal): Promise<readonly SrvRecord[]> {
        const found = name.startsWith('_xmpps')
          ? []
          : places.map((place, i) => ({ name: `${place.name}.example`, port: 5222, priority: i, weight: 0 }));
        return look(found, signal);
      }

      addresses(host: string, signal: AbortSignal): Promise<readonly HostAddress[]> {
        // A component asks for its host alone, which has the addresses of all places.
        if (host === 'xmpp.example')
          return look(
            places.map(({ name }) => address(name)),
            signal,
          );
        const place = places.find(({ name }) => host === `${name}.example`);
        return place
          ? look([address(place.name)], signal)
          : Promise.reject(new DnsError(host, 'ENOTFOUND', { retryable: false }));
      }
    }
    const dial = async (host: string, _port: number, signal: AbortSignal): Promise<Duplex> => {
      const place = this.#arrive(`p${host.split('.').at(-1)}`);
      if (place.behaviour === 'refuses') throw refused();
      if (place.behaviour === 'swallows') return untilAborted(signal);
      const [ours, theirs] = duplexPair();
      const peer = this.#visit(place, { send: (text) => void theirs.write(text), close: () => void theirs.end() });
      theirs.setEncoding('latin1');
      theirs.on('data', (text: string) => peer.received(text));
      theirs.on('end', () => peer.close());
      theirs.on('close', () => peer.closed());
      ours.on('close', () => theirs.destroy());
      theirs.on('error', () => {});
      return ours;
    };
    return new TcpTransportFactory({ clock, dial, resolver: new Names(), random: new SeededRandom(seed) });
  }

  #webSockets(): TransportFactory {
    const world = this;
    const fetch = async (input: unknown, init: RequestInit = {}): Promise<Response> => {
      const links = world.places.map(({ name }) => ({
        rel: 'urn:xmpp:alt-connections:websocket',
        href: `wss://${name}.example/ws`,
      }));
      await world.#look(undefined, init.signal as AbortSignal);
      return String(input).endsWith('.json') ? Response.json({ links }) : new Response('', { status: 404 });
    };
    class Socket extends EventTarget {
      binaryType = '';
      readonly bufferedAmount = 0;
      readonly protocol = 'xmpp';
      #peer: Peer | undefined;
      #over = false;

      constructor(url: string) {
        super();
        const place = world.#arrive(new URL(url).hostname.split('.')[0] ?? '');
        if (place.behaviour === 'swallows') return;
        queueMicrotask(() => {
          if (place.behaviour === 'refuses') return this.close();
          this.dispatchEvent(new Event('open'));
          queueMicrotask(() => {
            if (this.#over) return;
            const send = (data: string): void =>
              queueMicrotask(() => this.#over || this.dispatchEvent(Object.assign(new Event('message'), { data })));
            this.#peer = world.#visit(place, { send, close: () => this.close() });
          });
        });
      }

      send(data: string): void {
        queueMicrotask(() => queueMicrotask(() => this.#peer?.received(data)));
      }

      close(): void {
        if (this.#over) return;
        world.clock.nextTurn(() => {
          if (this.#over) return;
          this.#over = true;
          this.#peer?.closed();
          this.dispatchEvent(Object.assign(new Event('close'), { code: 1000, reason: '' }));
        });
      }
    }
    const { clock } = this;
    return new WebSocketTransportFactory({
      clock,
      discover: true,
      fetch: fetch as typeof globalThis.fetch,
      webSocket: Socket as never,
    });
  }

  /** Connects, and lets time pass until that has come to something; gives what it failed with. */
  async connect(most = 200_000): Promise<Error | undefined> {
    let outcome: { error: Error | undefined } | undefined;
    this.xmpp.connect().then(
      () => (outcome = { error: undefined }),
      (error: Error) => (outcome = { error }),
    );
    for (let passed = 0; !outcome; passed += 1_000) {
      if (passed > most) throw new Error('connect() came to nothing');
      await this.clock.advance(passed === 0 ? 0 : 1_000);
    }
    return (outcome as { error: Error | undefined }).error;
  }

  /** Ends it, and says what is left that should not be. */
  async end(): Promise<string[]> {
    const disposed = this.xmpp.dispose();
    await this.clock.advance(20_000);
    await disposed;
    await this.clock.runUntilIdle();
    const left = this.peers.map(() => 'an open connection');
    return [...left, ...this.clock.pending.map(({ due }) => `a timer at ${due}`)];
  }
}
