import { ClientXMPP } from '@sestina/client';
import { element, type Message, type Sending, SilentLogger, type StreamError } from '@sestina/core';
import { SeededRandom, StoredSecrets } from '@sestina/testing';
import { StreamManagement, type UnsentStanza } from '@sestina/xep-0198';
import type { Letter } from './book.js';
import { ProcessStorage } from './disk.js';
import type { Machine } from './machine.js';
import { ProcessClock } from './process-clock.js';

class Ping extends element('ping', 'urn:xmpp:ping') {}

/** How a stream may end here: whatever else is said is somebody's mistake. */
const EXPECTED: ReadonlySet<string> = new Set(['conflict', 'system-shutdown']);

const BEHIND_SUCCESS = 'elements after the end of the negotiation of this stream';

// Milliseconds after which a program makes a connection again that was ended for good.
const AGAIN = 3_000;

/** One process of a client, with a program that sends, listens and keeps the book. */
export class ClientProcess {
  readonly client: ClientXMPP;
  readonly management: StreamManagement;
  readonly clock: ProcessClock;
  readonly storage: ProcessStorage;
  readonly #owner: Machine;
  readonly #number: number;
  /** What is not settled. */
  readonly #sendings = new Map<Sending, Letter>();
  readonly #promises = new Set<string>();
  #asked = 0;
  /** Sessions of this process that are over. */
  #lost = 0;
  #wanted = true;
  /** It has had a session: what another one has left behind is its own. */
  #loggedIn = false;
  #dead = false;

  constructor(owner: Machine, number: number) {
    this.#owner = owner;
    this.#number = number;
    const { world, plan, disk, line, index } = owner;
    this.clock = new ProcessClock(world.clock);
    this.storage = new ProcessStorage(disk, this.clock, plan.disk, (key) => world.sabotage.losesWrite(key));
    this.client = new ClientXMPP({
      jid: `${owner.jid}/r`,
      password: 'secret',
      clock: this.clock,
      random: new SeededRandom((world.seed * 31 + index * 7 + number) >>> 0),
      logger: new SilentLogger(),
      transports: line,
      storage: this.storage,
      secrets: new StoredSecrets(this.storage),
      reconnect: { initial: true, base: 200, max: 10_000 },
      keepAlive: { interval: 30_000, timeout: 15_000 },
      connectTimeout: 20_000,
    });
    this.management = this.client.use(StreamManagement, {
      persist: plan.persist,
      resend: plan.unknown === 'option' ? 'messages' : 'never',
      maxUnacked: plan.maxUnacked,
      requestEvery: plan.requestEvery,
      ackEvery: plan.ackEvery,
      timeout: 10_000,
    });
    this.#listen();
    this.#note('starts');
    this.#connect();
  }

  /** What has not come to its end. */
  get unsettled(): string[] {
    return [...[...this.#sendings.values()].map(({ id, state }) => `${id} is ${state}`), ...this.#promises];
  }

  /** Sends so many messages. */
  send(to: Machine, count: number): void {
    const { book } = this.#owner.world;
    for (let i = 0; i < count; i++) {
      const letter = book.send(this.#owner.index, to.index, this.#number);
      if (this.#owner.plan.unknown === 'option') letter.resent = Number.POSITIVE_INFINITY;
      const ttl = letter.number % 2 === 0 ? this.#owner.plan.ttl : undefined;
      this.#follow(letter, this.client.sendMessage({ to: to.jid, type: 'chat', id: letter.id, body: 'é' }, { ttl }));
    }
  }

  /** Asks the server something. */
  ask(): void {
    const { client } = this;
    this.#watch(
      `question ${this.#asked++}`,
      client.iqGet(undefined, new Ping()).then(
        () => 'answered',
        (error: Error) => error.name,
      ),
    );
  }

  leave(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#note('leaves');
    const { book } = this.#owner.world;
    const { disk, jid, failedDisks } = this.#owner;
    const gone = this.client.disconnect().then(() => {
      if (!this.#loggedIn || this.#dead || this.#wanted || this.storage.failed || failedDisks.size > 0) return;
      if (disk.size === 0) return;
      book.fail('left behind', `disconnect() is over, and on the disk of ${jid} is ${[...disk.keys()].join(' ')}`);
    });
    this.#watch('disconnect()', gone);
  }

  comeBack(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#connect();
  }

  /** It is gone: nobody is told anything any more. */
  kill(write: 'done' | 'none' | 'torn'): void {
    this.#dead = true;
    this.#note(`is killed, a write that was under way is ${write}`);
    this.clock.kill();
    if (this.storage.failed) this.#owner.failedDisks.add(this.#number);
    this.storage.kill(write);
    for (const letter of this.#sendings.values()) letter.orphaned = letter.state;
  }

  #note(text: string): void {
    this.#owner.world.book.note(`${this.#owner.index}.${this.#number} ${text}`);
  }

  #connect(): void {
    this.#watch(
      'connect()',
      this.client.connect().catch((error: Error) => error.name),
    );
  }

  #watch(what: string, promise: Promise<unknown>): void {
    const name = `${what} of ${this.#owner.index}.${this.#number}`;
    this.#promises.add(name);
    void promise.then((outcome) => {
      if (this.#dead) return;
      this.#promises.delete(name);
      this.#note(`${what}: ${outcome ?? 'done'}`);
    });
  }

  #follow(letter: Letter, sending: Sending): void {
    const { book } = this.#owner.world;
    this.#sendings.set(sending, letter);
    const moved = (state: Sending['state']): void => {
      if (this.#dead) return;
      book.move(letter, state);
      if (state !== 'queued' && state !== 'written') this.#sendings.delete(sending);
    };
    sending.onState(moved);
    moved(sending.state);
  }

  #listen(): void {
    const { client } = this;
    const { book } = this.#owner.world;
    for (const name of ['sessionStart', 'sessionResumed', 'sessionRestored'] as const) {
      client.on(name, () => {
        this.#note(name);
        this.#loggedIn = true;
        // The process before this one may have been killed before it could.
        if (name !== 'sessionResumed') client.sendPresence();
      });
    }
    client.on('sessionEnd', () => {
      this.#lost += 1;
      this.#note('sessionEnd');
    });
    client.on('smUnknown', ({ sendings }) => {
      for (const unsent of sendings) this.#unknown(unsent);
    });
    client.on('error', ({ error, where }) => book.fail('error', `${where}: ${error.message}`));
    client.on('streamError', ({ error }) => {
      this.#note(`stream error ${error.condition}`);
      if (!EXPECTED.has(error.condition) && !this.#isGoodbye(error))
        book.fail('stream error', `${error.condition}: ${error.message}`);
    });
    client.on('disconnected', ({ willReconnect }) => {
      this.#note(willReconnect ? 'disconnected, comes again' : 'disconnected');
      if (willReconnect || !this.#wanted) return;
      this.clock.setTimer(AGAIN, () => {
        if (this.#wanted && client.state === 'disconnected') this.#connect();
      });
    });
    client.onMessage((message) => this.#heard(message));
  }

  /**
   * Whether that may be what a server says that goes away right behind its `<success/>`: a client that begins its next stream reads nothing
   * more of the last one, and is not told what it was.
   */
  #isGoodbye({ origin, text }: StreamError): boolean {
    return this.#owner.world.exchange.saidGoodbye && origin === 'local' && text === BEHIND_SUCCESS;
  }

  #heard({ id = '' }: Message): Promise<void> | undefined {
    if (this.#dead) return undefined;
    const { plan, world, index } = this.#owner;
    this.#note(`hears ${id}`);
    const letter = world.book.deliver(id, index, this.#number, this.#lost);
    if (!letter) return undefined;
    if (plan.handler === 0) {
      letter.handled = true;
      return undefined;
    }
    return new Promise((resolve) => {
      this.clock.setTimer(plan.handler, () => {
        letter.handled = true;
        resolve();
      });
    });
  }

  #unknown(unsent: UnsentStanza): void {
    const { plan, world } = this.#owner;
    const { book } = world;
    const id = unsent.element.attribute('id') ?? '';
    if (unsent.element.name !== 'message') return;
    const letter = book.letters.get(id);
    if (!letter) {
      book.fail('foreign', `smUnknown has ${id}`);
      return;
    }
    this.#note(`${id} may have arrived`);
    letter.unknown += 1;
    // What another process was told last may not have been kept.
    if (letter.process === this.#number) {
      if (letter.state !== 'unknown') book.fail('outcome', `smUnknown has ${id}, which is ${letter.state}`);
      if (letter.unknown > 1 + letter.resent) book.fail('outcome', `smUnknown has ${id} ${letter.unknown} times`);
    }
    if (plan.unknown === 'discard') unsent.discard();
    else {
      letter.resent += 1;
      this.#follow(letter, unsent.resend());
    }
  }
}
