import type { BaseXMPP, Emitter, JID, Registration, XmlElement } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import type { NodeEvent, NodeListener, PubSub } from '@sestina/xep-0060';
import { pepEvents, type RawPepEvent } from './pep-event.js';

/** Whom a listener hears. */
export type PepSource = 'account' | 'contacts' | JID;

/** What was heard last, by account and node. */
export type LastHeard = LruMap<string, { readonly id: string; readonly text: string; readonly event: RawPepEvent }>;

const MAX_ECHOES = 100;
// What comes before the roster is there; of a thousand contacts it is one each.
const MAX_WAITING = 2_000;
const MAX_ECHO_BYTES = 1_048_576;

/** A node to which somebody listens: its name is announced, and its events of those who are believed are told. */
export class WatchedNode implements NodeListener {
  readonly events: Emitter<{ event: RawPepEvent }>;
  readonly #xmpp: BaseXMPP;
  readonly #last: LastHeard;
  readonly #sources = new Set<{ readonly from: PepSource }>();
  readonly #registrations: readonly Registration[];
  /** Of our own items: those that are being published, and whether the server has told of them by itself. */
  readonly #publishing = new Map<string, boolean>(); // bound: items of ours under way
  /** Those that were told before the server has, which may still tell. */
  readonly #echoes = new LruMap<string, true>({
    maxEntries: MAX_ECHOES,
    maxBytes: MAX_ECHO_BYTES,
    sizeOf: (_value, key) => key.length * 2,
  });
  readonly node: string;
  #waiting = 0;

  constructor(xmpp: BaseXMPP, pubsub: PubSub, node: string, last: LastHeard) {
    this.#xmpp = xmpp;
    this.#last = last;
    this.node = node;
    this.events = xmpp.createEvents(`personal eventing, node ${node}`);
    this.#registrations = [pubsub.listen(node, this), xmpp.advertise(`${node}+notify`)];
  }

  /** Whether nobody listens any more. */
  get idle(): boolean {
    return this.#sources.size === 0;
  }

  add(from: PepSource): { dispose(): void } {
    const source = { from };
    this.#sources.add(source);
    return { dispose: () => void this.#sources.delete(source) };
  }

  /** Whether an account may say something of its node: our own, a contact whose presence we see, or one that was asked for. */
  believes(_event: NodeEvent, from: JID | undefined, to: JID | undefined): boolean {
    if (this.#xmpp.vouches(from, to) === 'account') return true;
    // Occupants of rooms, and resources of anybody, have no nodes.
    if (!from?.isBare || this.#xmpp.claimOf(from)) return false;
    // Where the roster was not fetched yet, it is before the event is told.
    return this.#isWanted(from) || this.#isContact(from) || this.#mayWait;
  }

  heard(event: NodeEvent, from: JID | undefined, to: JID | undefined): void {
    const own = this.#xmpp.vouches(from, to) === 'account';
    const account = own ? this.#xmpp.account : (from as JID);
    if (own || this.#isWanted(account) || this.#isContact(account)) this.#take(event, account, own);
    else void this.#takeLater(event, account);
  }

  #take(event: NodeEvent, account: JID, own: boolean): void {
    for (const each of pepEvents(event, account, own)) {
      if (own && each.type === 'published' && this.#isEcho(each.id, textOf(each))) continue;
      this.#tell(each);
    }
  }

  /** Takes what came before the roster was known. */
  async #takeLater(event: NodeEvent, account: JID): Promise<void> {
    this.#waiting += 1;
    try {
      await this.#xmpp.roster.of().load();
    } catch (error) {
      this.#xmpp.logger.debug(`an event of ${account} was dropped: the roster is not known`, { error });
    } finally {
      this.#waiting -= 1;
    }
    if (!this.events.disposed && this.#isContact(account)) this.#take(event, account, false);
  }

  get #mayWait(): boolean {
    return !this.#xmpp.roster.of().loaded && this.#waiting < MAX_WAITING;
  }

  /** Whether somebody asked for that one, whoever it is. */
  #isWanted(account: JID): boolean {
    for (const { from } of this.#sources) if (typeof from !== 'string' && from.equals(account)) return true;
    return false;
  }

  #isContact(account: JID): boolean {
    return this.#xmpp.roster.of().get(account)?.to === true;
  }

  /** Does what publishes an item of ours; our listeners are told, also where the server does not. */
  async publishing(xml: XmlElement, publish: () => Promise<string>, id: string): Promise<string> {
    // What it is now: the value may be written to.
    const sent = xml.copy();
    const text = textOf({ xml: sent });
    const key = echoKey(id, text);
    this.#publishing.set(key, false);
    try {
      const given = await publish();
      const wasTold = given === id && this.#publishing.get(key) === true;
      if (!wasTold) {
        this.#echoes.set(echoKey(given, text), true);
        const { account } = this.#xmpp;
        const base = { from: account, resource: undefined, node: this.node, own: true, stamp: undefined };
        this.#tell({ ...base, type: 'published', id: given, xml: sent });
      }
      return given;
    } finally {
      this.#publishing.delete(key);
    }
  }

  #isEcho(id: string, text: string): boolean {
    const key = echoKey(id, text);
    if (this.#publishing.has(key)) this.#publishing.set(key, true);
    return this.#echoes.delete(key);
  }

  #tell(given: Omit<RawPepEvent, 'initial'>): void {
    const key = lastKey(given.from, this.node);
    const before = this.#last.get(key);
    const event: RawPepEvent = { ...given, initial: before === undefined };
    const text = textOf(event);
    // Some servers tell the same twice.
    if (event.type === 'published') {
      if (before && before.event.type === 'published' && before.id === event.id && before.text === text) return;
      this.#last.set(key, { id: event.id, text, event: { ...event, xml: event.xml?.compact() } });
    } else if (before?.event.type === event.type && before.id === event.id) {
      return;
    } else if (!before || event.type !== 'retracted' || before.id === event.id) {
      this.#last.set(key, { id: event.id, text: '', event });
    }
    this.events.emit('event', event);
    this.#xmpp.emit('pepEvent', { ...event, value: event.xml });
  }

  dispose(): void {
    for (const registration of this.#registrations) registration.dispose();
    this.events.dispose();
  }
}

export function lastKey(account: JID, node: string): string {
  return `${account.bare.full}\n${node}`;
}

function echoKey(id: string, text: string): string {
  return `${id}\n${text}`;
}

/** What a payload says, the same however a server writes it. */
function textOf({ xml }: { readonly xml: RawPepEvent['xml'] }): string {
  if (!xml) return '';
  const attributes = xml.attributes().sort(([a], [b]) => (a < b ? -1 : 1));
  const children = xml.children.map((child) => (typeof child === 'string' ? child : [textOf({ xml: child })]));
  return JSON.stringify([xml.name, xml.namespace, attributes, children]);
}
