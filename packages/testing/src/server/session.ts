import { type JID, type StreamErrorCondition, XmlElement } from '@sestina/core';
import type { Roster } from './roster.js';
import type { ServerSession } from './server-session.js';
import type { ServerStream } from './server-stream.js';
import type { StanzaLog } from './stanza-log.js';

/** A user and what is kept for her. @internal */
export interface Account {
  readonly username: string;
  /** The bare JID. */
  readonly bare: string;
  password: string | undefined;
  readonly roster: Roster;
  /** Messages that wait for her. */
  offline: XmlElement[];
  /** Private data by element (XEP-0049). */
  readonly privateData: Map<string, XmlElement>;
  /** Bound sessions by resource. */
  readonly sessions: Map<string, Session>;
}

/** What the server keeps for one connection. @internal */
export class Session implements ServerSession {
  readonly id: number;
  readonly #log: StanzaLog;
  #stream: ServerStream | undefined;
  kind: 'client' | 'component' | undefined;
  jid: JID | undefined;
  account: Account | undefined;
  /** The last available presence, with `from`; undefined while it is not available. */
  presence: XmlElement | undefined;
  /** The same as it is told to who comes later. */
  heard: XmlElement | undefined;
  /** Has asked for the roster: gets pushes (RFC 6121 §2.1.6). */
  interested = false;
  /** Addresses that got directed presence, and will be told when this goes away. */
  readonly directed = new Set<string>();

  constructor(id: number, log: StanzaLog) {
    this.id = id;
    this.#log = log;
  }

  /** Once, right after it was made. */
  attach(stream: ServerStream): void {
    this.#stream = stream;
  }

  get stream(): ServerStream {
    if (!this.#stream) throw new TypeError('a session without a stream');
    return this.#stream;
  }

  get username(): string | undefined {
    return this.account?.username;
  }

  get secure(): boolean {
    return this.stream.link.secure;
  }

  get available(): boolean {
    return this.presence !== undefined;
  }

  get priority(): number {
    const priority = Number(this.presence?.child('priority')?.text.trim() ?? 0);
    return Number.isInteger(priority) && priority >= -128 && priority <= 127 ? priority : 0;
  }

  get closed(): boolean {
    return this.stream.closed;
  }

  send(xml: string | XmlElement): void {
    if (xml instanceof XmlElement) this.stream.send(xml);
    else this.stream.write(xml);
  }

  /** A stanza that was routed here. */
  deliver(stanza: XmlElement): void {
    if (this.closed) return;
    this.#log.record('out', this, stanza);
    this.stream.send(stanza);
  }

  kick(condition: StreamErrorCondition, text?: string): void {
    this.stream.fail(condition, text);
  }

  close(): void {
    this.stream.close();
  }

  drop(): void {
    this.stream.drop();
  }

  pause(): void {
    this.stream.link.pause();
  }

  resume(): void {
    this.stream.link.resume();
  }
}
