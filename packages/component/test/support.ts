import { type ComponentOptions, ComponentXMPP } from '@sestina/component';
import { SilentLogger } from '@sestina/core';
import type { TransportTarget } from '@sestina/core/transport';
import { type MemoryEnd, type MemoryPairOptions, MemoryTransportFactory, RawPeer } from '@sestina/testing';

export const SECRET = 'hush';

export function header(attributes = "id='s1' from='bot.example.org'", namespace = 'jabber:component:accept'): string {
  return `<?xml version='1.0'?><stream:stream xmlns='${namespace}' xmlns:stream='http://etherx.jabber.org/streams' ${attributes}>`;
}

/** A server that a test plays by hand. */
export class PlayedServer {
  readonly transports: MemoryTransportFactory;
  readonly targets: TransportTarget[] = [];
  /** The server's ends of all connections. */
  readonly ends: MemoryEnd[] = [];
  readonly #waiting: ((peer: RawPeer) => void)[] = [];
  readonly #come: RawPeer[] = [];

  constructor(options: MemoryPairOptions = {}) {
    const accept = (end: MemoryEnd, target: TransportTarget): void => {
      this.targets.push(target);
      this.ends.push(end);
      const peer = RawPeer.serve(end, { saysGoodbye: true });
      const waiting = this.#waiting.shift();
      if (waiting) waiting(peer);
      else this.#come.push(peer);
    };
    this.transports = new MemoryTransportFactory({ accept }, options);
  }

  /** The next connection. */
  next(): Promise<RawPeer> {
    const come = this.#come.shift();
    return come ? Promise.resolve(come) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  component(options: Partial<ComponentOptions> = {}): ComponentXMPP {
    return makeComponent({ transports: this.transports, ...options });
  }

  /** A component past its handshake. */
  async online(
    options: Partial<ComponentOptions> = {},
    namespace?: string,
  ): Promise<{ component: ComponentXMPP; peer: RawPeer }> {
    const component = this.component(options);
    const connecting = component.connect();
    const peer = await this.next();
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(header(undefined, namespace));
    await peer.receive('</handshake>');
    peer.send('<handshake/>');
    await connecting;
    return { component, peer };
  }
}

export function makeComponent(options: Partial<ComponentOptions> = {}): ComponentXMPP {
  return new ComponentXMPP({
    jid: 'bot.example.org',
    secret: SECRET,
    reconnect: false,
    keepAlive: false,
    logger: new SilentLogger(),
    ...options,
  });
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
