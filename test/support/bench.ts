import { type ClientOptions, ClientXMPP } from '@sestina/client';
import { type ComponentOptions, ComponentXMPP } from '@sestina/component';
import type { BaseXMPP } from '@sestina/core';
import {
  type RunningServer,
  type ServerKind,
  type ServerOptions,
  type ServerUser,
  startServer,
} from '@sestina/servers';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { RecordingLogger } from './recorders.js';

/** What every test of this directory runs against. */
export const KINDS: readonly ServerKind[] = ['prosody', 'ejabberd'];

/**
 * Back within a moment, so that tests of reconnecting do not take long. A server that starts calls passwords wrong for a moment, which
 * makes the delays longer than `max`.
 */
export const SOON = { base: 50, max: 200, slowMax: 2_000 } as const;

/** A server, and the connections that a test makes to it. */
export class Bench {
  readonly #options: ServerOptions;
  readonly #open: BaseXMPP[] = [];
  #server: RunningServer | undefined;
  #accounts = 0;
  #logger = new RecordingLogger();

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  get server(): RunningServer {
    if (!this.#server) throw new Error('the server is not up yet: use it inside of a test');
    return this.#server;
  }

  /** Where STARTTLS is spoken. */
  get starttls() {
    const { host, ports } = this.server;
    return { host, port: ports.c2s };
  }

  /** Where TLS comes first. */
  get direct() {
    const { host, ports } = this.server;
    return { service: `xmpps://${host}:${ports.c2sTls}` };
  }

  /** A new account, which no other test uses. */
  async account(name = 'user'): Promise<ServerUser> {
    this.#accounts += 1;
    const username = `${name}${this.#accounts}`;
    await this.server.addUser(username, `pw-of-${username}`);
    const found = this.server.users.find((user) => user.username === username);
    if (!found) throw new Error(`${username} was not added`);
    return found;
  }

  /** A client that is not connected yet; it is disposed of after the test. */
  client(options: Partial<ClientOptions> & Pick<ClientOptions, 'jid'>): ClientXMPP {
    const target = options.service === undefined ? this.starttls : {};
    const tls = { ca: this.server.ca };
    return this.#keep(new ClientXMPP({ ...target, tls, reconnect: SOON, logger: this.#logger, ...options }));
  }

  /** A client of that account, or of a new one, with a session. */
  async online(user?: ServerUser, options: Partial<ClientOptions> = {}): Promise<ClientXMPP> {
    const { jid, password } = user ?? (await this.account());
    const client = this.client({ jid, password, ...options });
    await client.connect();
    return client;
  }

  /** A component that is not connected yet; it is disposed of after the test. */
  component(options: Partial<ComponentOptions> & Pick<ComponentOptions, 'jid'>): ComponentXMPP {
    const { host, ports, component } = this.server;
    const target = { host, port: ports.component, secret: component.secret };
    return this.#keep(new ComponentXMPP({ ...target, reconnect: SOON, logger: this.#logger, ...options }));
  }

  /** Takes what is logged where nobody listens for the end of a connection that is not made again. */
  expectGone(): void {
    expect(this.takeComplaints()).toEqual([
      expect.stringMatching(/^error: the connection is gone and is not made again/),
    ]);
  }

  /** The warnings and errors of this test so far. Those that nobody takes fail the test. */
  takeComplaints(): string[] {
    return this.#logger.complaints.splice(0);
  }

  #keep<X extends BaseXMPP>(xmpp: X): X {
    this.#open.push(xmpp);
    return xmpp;
  }

  /** @internal */
  async start(): Promise<void> {
    this.#server = await startServer(this.#options);
  }

  /** @internal */
  async tidy(): Promise<void> {
    // Not those about the disposing itself: what is in the middle of something then does not get to its end.
    const complaints = this.takeComplaints();
    await Promise.all(this.#open.splice(0).map((xmpp) => xmpp.dispose()));
    this.#logger = new RecordingLogger();
    expect(complaints, 'what the library complained about').toEqual([]);
  }

  /** @internal */
  async end(): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }
}

/** Starts a server for the tests of the enclosing `describe`. */
export function useServer(options: ServerOptions): Bench {
  const bench = new Bench(options);
  beforeAll(() => bench.start());
  afterEach(() => bench.tidy());
  afterAll(() => bench.end());
  return bench;
}
