import { NegotiationError, type Registration, XmlElement } from '@sestina/core';
import type { NegotiationContext } from '@sestina/core/connection';
import { quoted, quotedTag } from '@sestina/core/util';
import { SaslLoginError } from '@sestina/sasl';
import { readAnswer } from './profile.js';
import { NS_SASL2 } from './stanza.js';

/** A task as the server wants it done (XEP-0388 §2.6.3). */
export interface TaskExchange {
  /** The task's name. */
  readonly name: string;
  /** What the server says of it to people, as it sent it. */
  readonly text: string | undefined;
  /** Aborted where nobody waits for the login any more. */
  readonly signal: AbortSignal;
  /** Writes this in `<next/>`, from the second time on in `<task-data/>`. Without anything, the task is begun. */
  send(...content: readonly XmlElement[]): void;
  /** The next `<task-data/>` of the server; undefined where the task is over. @throws SaslLoginError for a failure. */
  receive(): Promise<XmlElement | undefined>;
}

/** Does a task. What it throws ends the attempt to log in. */
export type RunTask = (exchange: TaskExchange) => Promise<void>;

/** What is told of the tasks that a server wants. */
export interface TasksWanted {
  readonly choices: readonly string[];
  readonly text: string | undefined;
  /** The one that is done; undefined where none of them is known. */
  readonly name: string | undefined;
}

// A server that wants more and more lets nobody in.
const MOST = 8;

/** The tasks that can be done, by their names. */
export class Tasks {
  readonly #known = new Map<string, RunTask>(); // bound: tasks that plugins can do

  /** @returns what takes it out again; undefined where there is one of that name. */
  add(name: string, run: RunTask): Pick<Registration, 'dispose'> | undefined {
    if (this.#known.has(name)) return undefined;
    this.#known.set(name, run);
    return { dispose: () => this.#known.delete(name) };
  }

  /**
   * Does what the server wants until it says that it is enough, and gives that answer.
   * @throws SaslLoginError for a failure, and where none of the tasks is known; NegotiationError for what is no answer.
   */
  async run(
    first: XmlElement,
    mechanism: string,
    { link, signal }: Pick<NegotiationContext, 'link' | 'signal'>,
    wanted: (tasks: TasksWanted) => void,
  ): Promise<XmlElement> {
    let answer = first;
    for (let round = 0; answer.name === 'continue'; round++) {
      const text = answer.child('text', NS_SASL2)?.text;
      const choices = (answer.child('tasks', NS_SASL2)?.childrenNamed('task', NS_SASL2) ?? []).map((each) =>
        each.text.trim(),
      );
      const name = choices.find((each) => this.#known.has(each));
      wanted({ choices, text, name });
      const run = this.#known.get(name ?? '');
      if (!run || name === undefined || round >= MOST) {
        link.sendElement(new XmlElement('abort', NS_SASL2));
        const names = choices.length > 0 ? quoted(choices.slice(0, MOST).join(', ')) : 'no task at all';
        const why = run
          ? `the server wants more than ${MOST} tasks`
          : `the server wants ${names}, and nothing here can do that`;
        throw new SaslLoginError('sasl-abort', mechanism, { text, cause: new NegotiationError(why) });
      }
      const exchange = new Exchange(name, text, mechanism, link, signal);
      try {
        await run(exchange);
      } catch (error) {
        link.sendElement(new XmlElement('abort', NS_SASL2));
        throw error;
      }
      answer = await exchange.end();
    }
    return answer;
  }
}

class Exchange implements TaskExchange {
  #begun = false;
  #answer: XmlElement | undefined;

  constructor(
    readonly name: string,
    readonly text: string | undefined,
    readonly mechanism: string,
    readonly link: NegotiationContext['link'],
    readonly signal: AbortSignal,
  ) {}

  send(...content: readonly XmlElement[]): void {
    this.signal.throwIfAborted();
    const xml = this.#begun
      ? new XmlElement('task-data', NS_SASL2)
      : new XmlElement('next', NS_SASL2, { task: this.name });
    this.#begun = true;
    this.link.sendElement(xml.append(...content));
  }

  async receive(): Promise<XmlElement | undefined> {
    if (this.#answer) return undefined;
    if (!this.#begun) this.send();
    const xml = await this.link.receive();
    if (xml.namespace === NS_SASL2 && xml.name === 'task-data') return xml;
    const answer = readAnswer(xml);
    if (answer?.kind === 'failure') {
      throw SaslLoginError.refused(this.mechanism, answer.condition, answer.text, undefined);
    }
    if (answer?.kind !== 'success' && answer?.kind !== 'continue') {
      throw new NegotiationError(`the task "${this.name}" failed: the server answered ${quotedTag(xml)}`);
    }
    this.#answer = xml;
    return undefined;
  }

  /** What came behind it. */
  async end(): Promise<XmlElement> {
    const more = await this.receive();
    if (this.#answer) return this.#answer;
    throw new NegotiationError(
      `the task "${this.name}" has ended here, and the server goes on with ${quotedTag(more as XmlElement)}`,
    );
  }
}
