import { NS_CLIENT, NS_STREAM } from '@sestina/xml';
import { JID } from '../../src/jid/index.js';
import type { LogFields } from '../../src/services/logger.js';
import { Logger } from '../../src/services/logger.js';
import { Random } from '../../src/services/random.js';
import type { Link } from '../../src/stream/link.js';
import type { Transport } from '../../src/stream/transport.js';
import type { SessionOutcome } from '../../src/stream/xml-stream.js';
import { BaseXMPP } from '../../src/xmpp/base-xmpp.js';
import type { XMPPOptions } from '../../src/xmpp/xmpp-options.js';
import { Seeded } from './seeded.js';
import { ManualClock } from './stream-clock.js';
import { MemoryTransport, serve } from './stream-transport.js';

export class SeededRandom extends Random {
  readonly #seeded: Seeded;

  constructor(seed: number) {
    super();
    this.#seeded = new Seeded(seed);
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(length).map(() => this.#seeded.int(0, 255));
  }
}

export interface LogLine {
  readonly level: 'debug' | 'error' | 'info' | 'warn';
  readonly message: string;
  readonly fields: LogFields | undefined;
}

export class MemoryLogger extends Logger {
  readonly lines: LogLine[] = [];

  debug(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'debug', message, fields });
  }
  info(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'info', message, fields });
  }
  warn(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'warn', message, fields });
  }
  error(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'error', message, fields });
  }

  /** The messages of that level. */
  at(level: LogLine['level']): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }
}

export interface TestOptions extends XMPPOptions {
  jid?: string;
  component?: boolean;
  /** The transport of each attempt. Default: one with a server at the other end. */
  transport?: (attempt: number) => Transport | Promise<Transport>;
  /** In place of opening a stream and waiting for its features. */
  negotiate?: (link: Link, signal: AbortSignal, xmpp: TestXMPP) => Promise<SessionOutcome>;
}

/** The smallest XMPP there is: opens a stream and has a session. */
export class TestXMPP extends BaseXMPP {
  override readonly isComponent: boolean;
  readonly manualClock: ManualClock;
  readonly log: MemoryLogger;
  readonly transports: MemoryTransport[] = [];
  readonly links: Link[] = [];
  readonly #options: TestOptions;
  attempts = 0;

  constructor(options: TestOptions = {}) {
    const clock = options.clock ?? new ManualClock();
    const logger = options.logger ?? new MemoryLogger();
    super(options.jid ?? 'alice@example.org/phone', {
      ...options,
      clock,
      logger,
      random: options.random ?? new SeededRandom(1),
    });
    this.manualClock = clock as ManualClock;
    this.log = logger as MemoryLogger;
    this.isComponent = options.component ?? false;
    this.#options = options;
  }

  protected override async createTransport(): Promise<Transport> {
    this.attempts += 1;
    const made = (await this.#options.transport?.(this.attempts)) ?? serve(new MemoryTransport());
    this.transports.push(made as MemoryTransport);
    return made;
  }

  protected override async negotiate(link: Link, signal: AbortSignal): Promise<SessionOutcome> {
    this.links.push(link);
    if (this.#options.negotiate) return this.#options.negotiate(link, signal, this);
    await this.open(link);
    return 'new';
  }

  /** Opens the stream and takes the address. */
  async open(link: Link): Promise<void> {
    const header = { to: 'example.org', contentNamespace: NS_CLIENT, version: '1.0' };
    await link.openStream(header, { contentNamespace: NS_CLIENT, from: 'example.org' });
    await link.receive((element) => element.namespace === NS_STREAM && element.name === 'features');
    this.setBoundJid(JID.from(this.requestedJid));
  }

  /** The transport of the latest attempt. */
  get wire(): MemoryTransport {
    const wire = this.transports.at(-1);
    if (!wire) throw new Error('there was no attempt');
    return wire;
  }

  /** The server sends something, and all that follows from it has happened. */
  async receive(text: string): Promise<void> {
    this.wire.receive(text);
    await this.manualClock.idle();
  }
}

/** One that has its session; what was written so far is forgotten. */
export async function online(options: TestOptions = {}): Promise<TestXMPP> {
  const xmpp = new TestXMPP(options);
  await xmpp.connect();
  await xmpp.manualClock.idle();
  xmpp.wire.take();
  return xmpp;
}

/** Records the names of these events as they come. */
export function record(xmpp: TestXMPP, ...names: Parameters<TestXMPP['on']>[0][]): string[] {
  const seen: string[] = [];
  for (const name of names) xmpp.on(name, () => seen.push(name));
  return seen;
}
