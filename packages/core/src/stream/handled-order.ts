import type { XmlElement } from '@sestina/xml';
import { Registration } from '../registration.js';
import type { EventQueue } from './event-queue.js';
import type { FailureReport } from './events.js';
import { Work } from './work.js';

interface Listener {
  readonly call: (stanza: XmlElement) => void;
  live: boolean;
}

interface Arrived {
  readonly stanza: XmlElement;
  /** Those who were there when it arrived. */
  readonly listeners: readonly Listener[];
  handled: boolean;
}

/** Tells of stanzas whose handling has come to an end, in wire order: none before those that arrived before it. */
export class HandledOrder {
  readonly #queue: EventQueue;
  readonly #report: FailureReport;
  #listeners: readonly Listener[] = [];
  /** Oldest first. */
  readonly #arrived: Arrived[] = []; // bound: the event queue: what was read and is not done

  constructor(queue: EventQueue, report: FailureReport) {
    this.#queue = queue;
    this.#report = report;
  }

  /** Whether anybody listens. */
  get active(): boolean {
    return this.#listeners.length > 0;
  }

  /** Calls back for each stanza that arrives from now on. */
  add(call: (stanza: XmlElement) => void): Registration {
    const listener = { call, live: true };
    this.#listeners = [...this.#listeners, listener];
    return new Registration(() => {
      listener.live = false;
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    });
  }

  /** Handles a stanza with `take`: what that queues, and what comes of it, belongs to it. */
  follow(stanza: XmlElement, take: () => void): void {
    const arrived: Arrived = { stanza, listeners: this.#listeners, handled: false };
    this.#arrived.push(arrived);
    const finished = (): void => {
      arrived.handled = true;
      this.#tell();
    };
    this.#queue.attribute(new Work(finished), take);
  }

  #tell(): void {
    while (this.#arrived[0]?.handled) {
      const { stanza, listeners } = this.#arrived.shift() as Arrived;
      for (const { call, live } of listeners) {
        if (!live) continue;
        try {
          call(stanza);
        } catch (error) {
          this.#report(error, 'callback of a stanza that was handled');
        }
      }
    }
  }
}
