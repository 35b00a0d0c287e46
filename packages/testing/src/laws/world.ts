import {
  type BaseXMPP,
  JID,
  MemoryStorage,
  Plugin,
  type PluginClass,
  SilentLogger,
  type XmlElement,
} from '@sestina/core';
import type { SessionOutcome } from '@sestina/core/connection';
import type { TransportFactory } from '@sestina/core/transport';
import { defaultJid, type ScriptedKind, TestXMPP } from '../scripted/test-xmpp.js';
import { ScriptedStream } from '../scripted-stream.js';
import { SeededRandom } from '../seeded-random.js';
import type { VirtualClock } from '../virtual-clock.js';
import type { ReadDeclaration, Trial } from './declaration.js';
import { LawBrokenError } from './law.js';
import { beyond, Traces } from './traces.js';

/** A kind of connection to try a plugin on. */
export interface LawConnection {
  readonly kind: ScriptedKind;
  readonly transports: TransportFactory;
  readonly clock: VirtualClock;
  readonly storage: MemoryStorage;
  /** How the negotiation that is due ends; it is the whole of the negotiation, behind the features. */
  outcome(): SessionOutcome;
}

/** Makes the connection that a plugin is tried on. Default: a `TestXMPP`. */
export type LawConnectionMaker = (connection: LawConnection) => BaseXMPP;

/** A plugin that is to be tried. @internal */
export interface Subject {
  readonly cls: PluginClass;
  readonly declaration: ReadDeclaration;
  readonly make: LawConnectionMaker;
}

/** How a world begins. @internal */
export interface WorldOptions {
  readonly kind?: ScriptedKind;
  /** Has it installed before it connects. Default false: `install()` does it later. */
  readonly installed?: boolean;
  /** Answers nothing, not even a question for the roster. Default false. */
  readonly silent?: boolean;
}

const NS_ROSTER = 'jabber:iq:roster';
const CONTACT = 'juliet@capulet.example';

/** A connection of our account, with what the plugin needs on it. @internal */
export class World implements Trial {
  readonly storage = new MemoryStorage();
  readonly subject: Subject;
  #stream: ScriptedStream | undefined;
  #traces: Traces | undefined;
  #plugin: Plugin | undefined;
  #silent: boolean;
  #answered = 0;
  outcome: SessionOutcome = 'new';

  private constructor(subject: Subject, silent: boolean) {
    this.subject = subject;
    this.#silent = silent;
  }

  static async begin(
    subject: Subject,
    { kind = 'client', installed = false, silent = false }: WorldOptions = {},
  ): Promise<World> {
    const world = new World(subject, silent);
    world.#stream = await ScriptedStream.start({
      connect: (transports, clock) => {
        const { storage } = world;
        const xmpp = subject.make({ kind, transports, clock, storage, outcome: () => world.outcome });
        // Somebody has to keep sessions, or none is resumed.
        xmpp.keepSession({ keeps: () => world.outcome === 'resumed' });
        // Events are raised where somebody listens.
        xmpp.on('message', (data) => void world.traces.events.push({ name: 'message', data }));
        world.#traces = new Traces(xmpp);
        for (const needed of neededBy(subject)) xmpp.use(needed);
        if (installed) world.#plugin = xmpp.use(subject.cls, subject.declaration.options);
        return xmpp;
      },
    });
    await world.features();
    await world.stream.session;
    await world.settle();
    await subject.declaration.prepare?.(world);
    await world.settle();
    return world;
  }

  get stream(): ScriptedStream {
    return known(this.#stream);
  }

  get traces(): Traces {
    return known(this.#traces);
  }

  get plugin(): Plugin {
    return known(this.#plugin);
  }

  get xmpp(): BaseXMPP {
    return this.stream.xmpp;
  }

  get clock(): VirtualClock {
    return this.stream.clock;
  }

  async install(): Promise<Plugin> {
    const plugin = this.xmpp.use(this.subject.cls, this.subject.declaration.options);
    this.#plugin = plugin;
    await this.settle();
    return plugin;
  }

  async remove(): Promise<void> {
    this.xmpp.remove(this.subject.cls);
    await this.settle();
  }

  /** The server's features; a component has none. */
  async features(): Promise<void> {
    if (!this.xmpp.isComponent) await this.stream.sendFeatures();
  }

  /** Takes the connection away, and lets it be made again, with the outcome that is due. */
  async reconnect(): Promise<void> {
    await this.stream.drop();
    for (let tries = 0; tries < 10 && this.xmpp.state === 'waiting'; tries++) await this.clock.advanceToNextTimer();
    await this.features();
    await this.settle();
    if (!this.xmpp.online) throw this.broken('the connection is not made again with it');
  }

  /** Feeds a stanza, and answers what is asked because of it. */
  async recv(xml: string | XmlElement): Promise<void> {
    await this.stream.recv(xml);
    await this.settle();
  }

  /** Answers what is asked of the server, until nothing more is. */
  async settle(): Promise<void> {
    await this.stream.idle();
    while (!this.#silent && this.#answered < this.stream.sent.length) {
      const request = this.stream.sent[this.#answered++];
      if (request?.name !== 'iq' || !/^(?:get|set)$/.test(request.attribute('type') ?? '')) continue;
      const answer = this.#answerTo(request);
      if (answer !== undefined) await this.stream.recvResult(request, answer);
    }
  }

  /** From now on the server says nothing. */
  silence(): void {
    this.#silent = true;
  }

  /** What is there and could be left behind. */
  async list(): Promise<string[]> {
    const { keeps = [`${this.subject.cls.id}/`] } = this.subject.declaration;
    const keys = await this.storage.keys('');
    return this.traces.list(
      this.clock,
      keys.filter((key) => !keeps.some((prefix) => key.startsWith(prefix))),
    );
  }

  /** @throws LawBrokenError where more is there than was before. */
  async expectNothingBeyond(before: readonly string[], when: string): Promise<void> {
    const left = beyond(await this.list(), before);
    if (left.length > 0) throw this.broken(`${when} leaves behind: ${left.join('; ')}`);
  }

  /** @throws LawBrokenError where something went wrong in a handler, a listener or a hook. */
  expectNoErrors(when: string): void {
    const [first] = this.stream.errors;
    if (first) throw this.broken(`${when}: ${first.where}: ${first.error.message}`, { cause: first.error });
  }

  broken(fault: string, options?: ErrorOptions): LawBrokenError {
    return new LawBrokenError(this.subject.cls.id || this.subject.cls.name, fault, options);
  }

  async close(): Promise<void> {
    await this.stream.close();
  }

  #answerTo(request: XmlElement): string | undefined {
    if (request.child('query', NS_ROSTER))
      return `<query xmlns='${NS_ROSTER}'><item jid='${CONTACT}' subscription='both'/></query>`;
    return this.subject.declaration.answer?.(request);
  }
}

/** What is installed before it: what its declaration says, and the plugins that it injects. */
function neededBy({ cls, declaration }: Subject): readonly PluginClass[] {
  const injected = cls.inject === 'parameters' ? [] : cls.inject;
  const plugins = injected.filter((token) => token.prototype instanceof Plugin) as unknown as PluginClass[];
  return [...(declaration.needs ?? []), ...plugins.filter(({ id }) => id)];
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the world has not begun');
  return value;
}

/** A `TestXMPP` whose sessions begin as the law says. */
class LawXMPP extends TestXMPP {
  readonly #connection: LawConnection;

  constructor(connection: LawConnection) {
    const { kind, transports, clock, storage } = connection;
    super(defaultJid(kind), kind, transports, {
      keepAlive: false,
      logger: new SilentLogger(),
      random: new SeededRandom(1),
      clock,
      storage,
    });
    this.#connection = connection;
  }

  protected override async negotiate(link: Parameters<TestXMPP['negotiate']>[0]): Promise<SessionOutcome> {
    await super.negotiate(link);
    // It asks its server for no roster.
    if (!this.isComponent) this.roster.of().apply([{ jid: JID.parse(CONTACT), subscription: 'both' }]);
    return this.#connection.outcome();
  }
}

/** @internal */
export const testConnection: LawConnectionMaker = (connection) => new LawXMPP(connection);
