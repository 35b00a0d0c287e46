import { type JID, type StreamErrorCondition, XmlElement } from '@sestina/core';
import { NS_SM } from './namespaces.js';
import type { Roster } from './roster.js';
import type { ServerSession } from './server-session.js';
import type { ServerStream } from './server-stream.js';
import type { StanzaLog } from './stanza-log.js';
import { isStanza } from './stanzas.js';
import type { StanzaCounts } from './stream-management.js';

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
  /** How many stanzas were counted in sessions that are over, by what would have resumed them (XEP-0198 §5). */
  readonly handledBefore: Map<string, number>;
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
  /** What is counted in it; undefined without stream management. */
  counts: StanzaCounts | undefined;
  /** Its connection was lost, and it waits for another one. */
  kept = false;
  /** The server goes down, and keeps what can be resumed. */
  keptAtEnd = false;
  /** Ends it for good, once it has a resource. */
  whenOver: (() => void) | undefined;
  /** Addresses that got directed presence, and will be told when this goes away. */
  readonly directed = new Set<string>();

  constructor(id: number, log: StanzaLog) {
    this.id = id;
    this.#log = log;
  }

  /** Right after it was made, and when it is resumed. */
  attach(stream: ServerStream): void {
    this.#stream = stream;
    this.kept = false;
    this.keptAtEnd = false;
    this.counts?.stay();
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
    return this.stream.closed && !this.kept;
  }

  get handledCount(): number | undefined {
    return this.counts?.received;
  }

  get unacked(): readonly XmlElement[] {
    return this.counts?.unacked ?? [];
  }

  send(xml: string | XmlElement): void {
    if (xml instanceof XmlElement) {
      if (this.counts && isStanza(xml)) this.#count(xml);
      else this.stream.send(xml);
    } else this.stream.write(xml);
  }

  /** A stanza that was routed here. */
  deliver(stanza: XmlElement): void {
    if (this.closed) return;
    if (!this.kept) this.#log.record('out', this, stanza);
    this.#count(stanza);
  }

  #count(stanza: XmlElement): void {
    const asks = this.counts?.sends(stanza) === true;
    this.stream.send(stanza);
    if (asks) this.stream.send(new XmlElement('r', NS_SM));
    if (this.counts?.full) this.kick('policy-violation', 'too many stanzas were not acknowledged');
  }

  /** Sends once more what the client has not acknowledged. */
  sendUnacked(): void {
    for (const stanza of this.unacked) {
      this.#log.record('out', this, stanza);
      this.stream.send(stanza);
    }
    if (this.unacked.length > 0) this.stream.send(new XmlElement('r', NS_SM));
  }

  kick(condition: StreamErrorCondition, text?: string, application?: XmlElement): void {
    if (this.kept) this.expire();
    else this.stream.fail(condition, text, application);
  }

  expire(): void {
    if (this.counts) this.counts.resumable = false;
    if (this.kept) this.whenOver?.();
    else this.stream.drop();
  }

  close(): void {
    if (this.kept) this.expire();
    else this.stream.close();
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
