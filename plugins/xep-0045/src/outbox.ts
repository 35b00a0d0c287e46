import {
  BusyError,
  type Clock,
  ErrorElement,
  type JID,
  type Message,
  type Sending,
  type SendOptions,
} from '@sestina/core';
import { deadline } from '@sestina/core/util';
import { RoomSending, type RoomSendOptions } from './room-sending.js';

/** What an outbox takes from its room. */
export interface OutboxHost {
  readonly clock: Clock;
  readonly jid: JID;
  send(message: Message, options: SendOptions): Sending;
  /** The room does not know us any more. */
  forgotten(): void;
}

interface Entry {
  readonly sending: RoomSending;
  readonly message: Message;
  readonly options: SendOptions;
  readonly end: () => void;
  sent: boolean;
  resent: boolean;
}

const MAX_PENDING = 1_000;
const PATIENCE = 60_000;

/** What we have said in a room and have not heard yet, in order. */
export class Outbox {
  readonly #host: OutboxHost;
  readonly #resend: boolean;
  readonly #entries = new Map<string, Entry>(); // bound: MAX_PENDING messages of ours
  #open = false;

  constructor(host: OutboxHost, resend: boolean) {
    this.#host = host;
    this.#resend = resend;
  }

  /** What was not heard yet. */
  get size(): number {
    return this.#entries.size;
  }

  /** Says something: now, or as soon as we are in. */
  add(message: Message, { timeout = PATIENCE, ...options }: RoomSendOptions): RoomSending {
    const id = message.id as string;
    const sending = new RoomSending(id);
    const { clock, jid } = this.#host;
    if (this.#entries.size >= MAX_PENDING) {
      sending.fail(new BusyError(`messages that ${jid} has not sent out`, MAX_PENDING));
      return sending;
    }
    const patience = { what: `the message that was said in ${jid}`, timeout, signal: options.signal, background: true };
    let over = false;
    const end = deadline(clock, { ...patience, how: 'no answer' }, (reason) => {
      over = true;
      this.#entries.delete(id);
      sending.fail(reason);
    });
    if (over) return sending;
    const entry: Entry = { sending, message, options, end, sent: false, resent: false };
    this.#entries.set(id, entry);
    if (this.#open) this.#write(entry);
    return sending;
  }

  #write(entry: Entry): void {
    entry.sent = true;
    const sending = this.#host.send(entry.message, entry.options);
    entry.sending.follow(sending);
    sending.onState((state) => {
      if (state === 'failed') this.#take(entry);
    });
    if (sending.state === 'failed') this.#take(entry);
  }

  #take(entry: Entry): void {
    entry.end();
    this.#entries.delete(entry.sending.id);
  }

  /** We are in: what waits is said. */
  open(): void {
    this.#open = true;
    for (const entry of [...this.#entries.values()]) if (!entry.sent) this.#write(entry);
  }

  /** We are out: what is said now waits. */
  hold(): void {
    this.#open = false;
  }

  /** Our own words have come back. `fresh`: not from before we came. False where we have not said that. */
  heard(message: Message, fresh: boolean): boolean {
    const entry = this.#byId(message) ?? (fresh ? this.#like(message) : undefined);
    if (!entry?.sent) return false;
    this.#take(entry);
    entry.sending.reflect(message);
    return true;
  }

  /** Whether that id is one of ours. */
  has(id: string | undefined): boolean {
    return id !== undefined && this.#entries.has(id);
  }

  /** By its id, or by what its sender calls it where the room gives ids of its own (XEP-0359 §2.2). */
  #byId({ id, xml }: Message): Entry | undefined {
    const origin = xml.child('origin-id', 'urn:xmpp:sid:0')?.attribute('id');
    return this.#entries.get(id ?? '') ?? this.#entries.get(origin ?? '');
  }

  /** The first that says the same, for rooms that take out everything else. */
  #like({ body, subject }: Message): Entry | undefined {
    for (const entry of this.#entries.values()) {
      const { message, sent } = entry;
      if (sent && message.body === body && message.subject === subject) return entry;
    }
    return undefined;
  }

  /** An error of the room. False where it is for nothing of ours. */
  refused(error: Message): boolean {
    const entry = this.#entries.get(error.id ?? '');
    if (!entry?.sent) return false;
    const reason = ErrorElement.of(error);
    const forgotten = reason.condition === 'not-acceptable';
    if (forgotten && this.#resend && !entry.resent) {
      entry.resent = true;
      entry.sent = false;
    } else {
      this.#take(entry);
      entry.sending.fail(reason);
    }
    if (forgotten) this.#host.forgotten();
    return true;
  }

  /** Nothing of it will be said any more. */
  close(reason: unknown): void {
    this.#open = false;
    for (const entry of [...this.#entries.values()]) {
      this.#take(entry);
      entry.sending.fail(reason);
    }
  }
}
