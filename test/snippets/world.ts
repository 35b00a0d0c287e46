import { setImmediate } from 'node:timers/promises';
import type { ClientOptions } from '@sestina/client';
import type { ComponentOptions } from '@sestina/component';
import { type BaseXMPP, JID, Logger } from '@sestina/core';
import { type Transport, TransportFactory, type TransportTarget } from '@sestina/core/transport';
import { MemoryServer } from '@sestina/testing';
import { Contacts } from './contacts.js';

export type { ClientOptions } from '@sestina/client';

const PASSWORD = 'secret';
/** Domains whose people are there, whatever server a snippet is on. */
const NEIGHBOURS = ['capulet.example', 'montague.example', 'example.net'];

interface Place {
  readonly server: MemoryServer;
  readonly neighbours: readonly Contacts[];
  readonly ready: Promise<unknown>;
}

/** What a snippet finds where it expects the internet: a server for each domain, made when somebody connects to it. */
export class World {
  readonly #users = new Map<string, string>();
  readonly #components = new Map<string, string>();
  readonly #places = new Map<string, Place>();
  readonly #connections: BaseXMPP[] = [];
  readonly #transports = new WorldTransports((target) => this.#connect(target));
  /** Failures that belonged to no promise of the snippet's. */
  readonly problems: string[] = [];

  clientOptions(options: ClientOptions): ClientOptions {
    const logger = options.logger ?? new ProblemLogger(this.problems);
    if (options.transports) return { ...options, logger };
    const { local, domain } = JID.from(options.jid);
    const register = (name = local, password = PASSWORD): void => {
      if (name) this.#users.set(`${name}@${domain}`, password);
      if (name) this.#places.get(domain)?.server.addUser(name, password);
    };
    const { credentials } = options;
    if (!credentials) register(local, options.password);
    return {
      ...options,
      logger,
      transports: this.#transports,
      credentials:
        credentials &&
        (async (signal) => {
          const given = await credentials(signal);
          register(given.username, given.password);
          return given;
        }),
    };
  }

  componentOptions(options: ComponentOptions): ComponentOptions {
    const logger = options.logger ?? new ProblemLogger(this.problems);
    if (options.transports) return { ...options, logger };
    this.#components.set(JID.from(options.jid).domain, options.secret ?? '');
    return { ...options, logger, transports: this.#transports };
  }

  track(xmpp: BaseXMPP): void {
    this.#connections.push(xmpp);
  }

  #connect(target: TransportTarget): { place: Place; transport: Transport } {
    const domain = target.kind === 'client' ? target.domain : target.domain.slice(target.domain.indexOf('.') + 1);
    let place = this.#places.get(domain);
    if (!place) {
      place = this.#build(domain);
      this.#places.set(domain, place);
    }
    return { place, transport: place.server.transports.create(target) };
  }

  #build(domain: string): Place {
    const users: Record<string, string> = {};
    for (const [user, password] of this.#users) {
      const { local, domain: home } = JID.parse(user);
      if (local && home === domain) users[local] = password;
    }
    const neighbours = [...NEIGHBOURS, `rooms.${domain}`].filter(
      (name) => name !== domain && !this.#components.has(name),
    );
    const server = new MemoryServer({
      domain,
      users,
      components: {
        ...Object.fromEntries(this.#components),
        ...Object.fromEntries(neighbours.map((name) => [name, PASSWORD])),
      },
      mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'ANONYMOUS'],
    });
    const contacts = neighbours.map((name) => new Contacts(name, PASSWORD, server.transports));
    return { server, neighbours: contacts, ready: Promise.all(contacts.map((contact) => contact.connect())) };
  }

  /** Says hello to everybody that the snippet has left online, so that its handlers run, and waits until nothing happens. */
  async greet(): Promise<void> {
    for (const xmpp of this.#connections.filter(({ online }) => online)) {
      const { server } = this.#places.get(xmpp.serverDomain) ?? this.#places.get(parent(xmpp.serverDomain)) ?? {};
      if (!server) continue;
      const from =
        xmpp.serverDomain === 'capulet.example' ? 'romeo@montague.example/orchard' : 'juliet@capulet.example/balcony';
      const to = xmpp.isComponent ? `somebody@${xmpp.serverDomain}` : xmpp.boundJid;
      server.inject(`<message from='${from}' to='${to}' type='chat' id='greeting'><body>Hello</body></message>`);
    }
    for (let turn = 0; turn < 100; turn++) await setImmediate();
  }

  /** Ends everything that was begun. */
  async end(): Promise<void> {
    await Promise.all(this.#connections.map((xmpp) => xmpp.dispose()));
    for (const { server, neighbours } of this.#places.values()) {
      await Promise.all(neighbours.map((contacts) => contacts.end()));
      await server.stop();
    }
  }
}

const parent = (domain: string): string => domain.slice(domain.indexOf('.') + 1);

class WorldTransports extends TransportFactory {
  readonly #connect: (target: TransportTarget) => { place: Place; transport: Transport };

  constructor(connect: (target: TransportTarget) => { place: Place; transport: Transport }) {
    super();
    this.#connect = connect;
  }

  supports(): boolean {
    return true;
  }

  create(target: TransportTarget): Transport {
    const { place, transport } = this.#connect(target);
    const connect = transport.connect.bind(transport);
    // The neighbours have to be there before the snippet looks for them.
    transport.connect = async (events, signal) => {
      await place.ready;
      await connect(events, signal);
    };
    return transport;
  }
}

class ProblemLogger extends Logger {
  readonly #problems: string[];

  constructor(problems: string[]) {
    super();
    this.#problems = problems;
  }

  debug(): void {}
  info(): void {}
  warn(): void {}

  error(message: string): void {
    this.#problems.push(message);
  }
}

let current: World | undefined;

/** Makes it the one that snippets find, or none. */
export function setWorld(world: World | undefined): void {
  current = world;
}

export function currentWorld(): World {
  if (!current) throw new Error('a snippet made a connection before or after it was its turn');
  return current;
}
