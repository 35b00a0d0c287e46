import type { ComponentXMPP } from '@sestina/component';
import type { BaseXMPP, Message, Registration } from '@sestina/core';

/** How a run of the generator goes. */
export interface GeneratorOptions {
  readonly count: number;
  readonly domain: string;
  /** Messages without an answer at once. Default 200. */
  readonly window?: number;
  /** Addresses that they go to, in turn. Default 200. */
  readonly addresses?: number;
  /** Milliseconds until a message is sent again, with the same id. Default 2,000. */
  readonly retryAfter?: number;
  /** Milliseconds for all of it. Default 60,000. */
  readonly timeout?: number;
  /** Called when so many have been answered; the run is over once what it returns is, and fails with it. */
  readonly at?: Readonly<Record<number, () => unknown>>;
}

/** What became of the messages. */
export interface Outcome {
  readonly sent: number;
  /** Messages that were answered. */
  readonly answered: number;
  /** Answers beyond the first to a message. */
  readonly repeated: number;
  /** Messages, or their answers, that were lost on the way: they were sent again. */
  readonly lost: number;
  /** The ids of these, with the name of the process that has done the work in the end. */
  readonly lostIds: ReadonlyMap<string, string>;
  /** Messages that were never answered. */
  readonly unanswered: number;
  /** Messages that the server returned, since nobody was there. */
  readonly returned: number;
  /** Messages for which two workers did the work. */
  readonly doneTwice: number;
  readonly byWorker: ReadonlyMap<string, number>;
  readonly seconds: number;
  /** Until the last answer to a message that was sent once: without the waiting for those that got lost. */
  readonly busySeconds: number;
}

interface Sent {
  readonly to: string;
  readonly body: string;
  at: number;
  tries: number;
  work?: string;
}

const LOOK_EVERY = 100;
const ADDRESS = /^user\d+$/;

/** Answers within this process as a worker does, with the name of the worker and of whom the work was done by. */
export function answering(component: ComponentXMPP, name: string): Registration {
  return component.on('message', (message) => {
    // Not what was answered to itself, where both ends do this.
    if (!ADDRESS.test(message.to?.local ?? '')) return;
    const answer = message.reply(`${name} ${name}`);
    answer.id = message.id;
    answer.send();
  });
}

/** Sends messages to many addresses of a domain until each has been answered by a worker of a farm. */
export class Generator {
  readonly #xmpp: BaseXMPP;
  readonly #options: Required<GeneratorOptions>;
  readonly #messages = new Map<string, Sent>();
  readonly #open = new Map<string, Sent>();
  readonly #byWorker = new Map<string, number>();
  readonly #run = crypto.randomUUID();
  #sent = 0;
  #answered = 0;
  #repeated = 0;
  #returned = 0;
  #doneTwice = 0;
  #begin = 0;
  #lastPrompt = 0;
  readonly #done: Promise<unknown>[] = [];

  constructor(xmpp: BaseXMPP, options: GeneratorOptions) {
    this.#xmpp = xmpp;
    this.#options = { window: 200, addresses: 200, retryAfter: 2_000, timeout: 60_000, at: {}, ...options };
  }

  /** Resolves when all are answered, or the time is over. */
  async run(): Promise<Outcome> {
    const { count, timeout } = this.#options;
    const begin = performance.now();
    this.#begin = begin;
    const hearing = this.#xmpp.on('message', (message) => this.#heard(message));
    const returning = this.#xmpp.onMessage((message) => this.#failed(message), { type: 'error' });
    // What is not sent is sent again, as what gets lost.
    const failing = this.#xmpp.on('sendFailed', () => {});
    await new Promise<void>((resolve) => {
      const look = (): void => {
        const now = performance.now();
        if (this.#answered === count || now - begin > timeout) {
          clearInterval(timer);
          resolve();
          return;
        }
        this.#sendAgain(now);
        this.#fill();
      };
      const timer = setInterval(look, LOOK_EVERY);
      this.#finished = look;
      this.#fill();
    });
    const seconds = (performance.now() - begin) / 1_000;
    // An answer to what was sent twice may still come.
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const registration of [hearing, returning, failing]) registration.dispose();
    await Promise.all(this.#done);
    const lost = [...this.#messages].filter(([, { tries }]) => tries > 1);
    return {
      sent: this.#sent,
      answered: this.#answered,
      repeated: this.#repeated,
      lost: lost.length,
      lostIds: new Map(lost.map(([id, { work = '' }]) => [id, work])),
      unanswered: this.#open.size,
      returned: this.#returned,
      doneTwice: this.#doneTwice,
      byWorker: this.#byWorker,
      seconds,
      busySeconds: this.#lastPrompt / 1_000,
    };
  }

  #finished: () => void = () => {};

  #fill(): void {
    const { count, window, addresses, domain } = this.#options;
    for (; this.#sent < count && this.#open.size < window; this.#sent++) {
      const index = this.#sent;
      const id = `${this.#run}/${index}`;
      const sent: Sent = { to: `user${index % addresses}@${domain}`, body: `message ${index}`, at: 0, tries: 0 };
      this.#messages.set(id, sent);
      this.#open.set(id, sent);
      this.#send(id, sent);
    }
  }

  #send(id: string, sent: Sent): void {
    sent.at = performance.now();
    sent.tries += 1;
    this.#xmpp.sendMessage({ to: sent.to, type: 'chat', id, body: sent.body });
  }

  #sendAgain(now: number): void {
    for (const [id, sent] of this.#open) if (now - sent.at > this.#options.retryAfter) this.#send(id, sent);
  }

  #heard({ id, body = '' }: Message): void {
    const sent = this.#messages.get(id ?? '');
    if (id === undefined || !sent) return;
    const [worker = '', work = ''] = body.split(' ');
    if (sent.work !== undefined) {
      this.#repeated += 1;
      if (sent.work !== work) this.#doneTwice += 1;
      return;
    }
    sent.work = work;
    this.#open.delete(id);
    if (sent.tries === 1) this.#lastPrompt = performance.now() - this.#begin;
    this.#answered += 1;
    this.#byWorker.set(worker, (this.#byWorker.get(worker) ?? 0) + 1);
    this.#intervene();
    this.#fill();
    if (this.#answered === this.#options.count) this.#finished();
  }

  #intervene(): void {
    const act = this.#options.at[this.#answered];
    if (!act) return;
    const done = (async () => act())();
    // A failure is for who waits for the run, at its end.
    done.catch(() => {});
    this.#done.push(done);
  }

  #failed({ id }: Message): void {
    if (id !== undefined && this.#open.has(id)) this.#returned += 1;
  }
}
