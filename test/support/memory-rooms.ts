import { ComponentXMPP } from '@sestina/component';
import {
  type Clock,
  type ElementView,
  JID,
  type Message,
  type Presence,
  SilentLogger,
  type StanzaErrorCondition,
  XmlElement,
} from '@sestina/core';
import type { MemoryServer } from '@sestina/testing';

const NS_MUC = 'http://jabber.org/protocol/muc';
const NS_USER = `${NS_MUC}#user`;
const NS_DELAY = 'urn:xmpp:delay';

interface Occupant {
  readonly jid: JID;
  nick: string;
  /** What it has shown of itself, such as capabilities. */
  presence: readonly XmlElement[];
}

/** A service for rooms on a server in memory: who enters is let in, what is said is passed on, what was said is repeated. */
export class MemoryRooms implements AsyncDisposable {
  readonly xmpp: ComponentXMPP;
  /** By room, by nick. */
  readonly rooms = new Map<string, Map<string, Occupant>>();
  /** What a room repeats to who enters, whether that is wanted or not. */
  readonly history = new Map<string, XmlElement[]>();
  /** Rooms that let nobody in, and what they say then. */
  readonly refusals = new Map<string, StanzaErrorCondition>();
  readonly #clock: Clock;

  constructor(server: MemoryServer, domain: string, secret: string, clock: Clock) {
    this.#clock = clock;
    const { transports } = server;
    this.xmpp = new ComponentXMPP({
      jid: domain,
      secret,
      transports,
      clock,
      host: 'localhost',
      logger: new SilentLogger(),
    });
    this.xmpp.on('presenceAvailable', (presence) => this.#enters(presence));
    this.xmpp.on('presenceUnavailable', (presence) => this.#leaves(presence));
    this.xmpp.addFilter('in', (stanza) => (this.#relays(stanza) ? undefined : stanza));
    this.xmpp.onMessage((message) => this.#says(message), { type: ['groupchat', 'chat', 'normal'] });
  }

  connect(): Promise<void> {
    return this.xmpp.connect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.xmpp.dispose();
  }

  /** Throws somebody out. */
  kick(room: string, nick: string): void {
    this.#goes(JID.parse(room), nick, ['307', '110']);
  }

  /** Passes on a message as that occupant's, whoever has written it. */
  said(room: string, nick: string, children: readonly XmlElement[]): void {
    for (const { jid } of this.#in(JID.parse(room)).values()) this.#send(`${room}/${nick}`, jid, 'groupchat', children);
  }

  #in({ bare }: JID): Map<string, Occupant> {
    const found = this.rooms.get(bare.full) ?? new Map<string, Occupant>();
    this.rooms.set(bare.full, found);
    return found;
  }

  #enters(presence: Presence): void {
    const { from, to, xml } = presence;
    if (!from || to?.resource === undefined) return;
    const refusal = this.refusals.get(to.bare.full);
    if (refusal) {
      this.xmpp.send(presence.errorReply(refusal));
      return;
    }
    const occupants = this.#in(to);
    const there = occupants.get(to.resource);
    const known = [...occupants.values()].find(({ jid }) => jid.equals(from));
    if (there && !there.jid.equals(from)) {
      this.xmpp.send(presence.errorReply('conflict'));
      return;
    }
    const shown = [...xml.elements()].filter(({ namespace }) => namespace !== NS_MUC).map((child) => child.copy());
    const me: Occupant = known ?? { jid: from, nick: to.resource, presence: shown };
    me.presence = shown;
    const isNew = known === undefined;
    if (isNew) for (const other of occupants.values()) this.#shows(to, other, from);
    if (known && known.nick !== to.resource) {
      this.#goes(to, known.nick, ['303'], to.resource);
      known.nick = to.resource;
    }
    occupants.set(to.resource, me);
    for (const other of occupants.values()) this.#shows(to, me, other.jid);
    if (!isNew) return;
    for (const old of this.history.get(to.bare.full) ?? []) this.#deliver(old.copy(), from);
    this.#send(to.bare.full, from, 'groupchat', [new XmlElement('subject', 'jabber:client')]);
  }

  /** Passes on what one occupant asks another, and the answer. */
  #relays({ xml }: ElementView): boolean {
    const [from, to] = [xml.attribute('from'), xml.attribute('to')].map((jid) => JID.tryParse(jid ?? ''));
    if (xml.name !== 'iq' || !from || to?.resource === undefined) return false;
    const occupants = this.#in(to);
    const me = [...occupants.values()].find(({ jid }) => jid.equals(from));
    const other = occupants.get(to.resource);
    if (me && other) this.#deliver(xml.copy().setAttribute('from', `${to.bare}/${me.nick}`), other.jid);
    return me !== undefined && other !== undefined;
  }

  #leaves({ from, to }: Presence): void {
    if (!from || !to) return;
    const me = [...this.#in(to).values()].find(({ jid }) => jid.equals(from));
    if (me) this.#goes(to, me.nick, ['110']);
  }

  #goes(room: JID, nick: string, codes: readonly string[], next?: string): void {
    const occupants = this.#in(room);
    const who = occupants.get(nick);
    if (!who) return;
    occupants.delete(nick);
    for (const jid of [...[...occupants.values()].map((other) => other.jid), who.jid]) {
      const own = jid.equals(who.jid) ? codes : codes.filter((code) => code !== '110');
      const item = new XmlElement('item', NS_USER).setAttribute('role', 'none').setAttribute('affiliation', 'member');
      if (next !== undefined) item.setAttribute('nick', next);
      this.#presence(`${room.bare}/${nick}`, jid, [word(item, own)], 'unavailable');
    }
  }

  #shows(room: JID, who: Occupant, to: JID): void {
    const item = new XmlElement('item', NS_USER)
      .setAttribute('role', 'participant')
      .setAttribute('affiliation', 'member');
    const codes = who.jid.equals(to) ? ['110'] : [];
    this.#presence(`${room.bare}/${who.nick}`, to, [...who.presence.map((child) => child.copy()), word(item, codes)]);
  }

  #says(message: Message): void {
    const { from, to, type, xml } = message;
    if (!from || !to) return;
    const occupants = this.#in(to);
    const me = [...occupants.values()].find(({ jid }) => jid.equals(from));
    if (!me) {
      this.xmpp.send(message.errorReply('not-acceptable'));
      return;
    }
    const children = [...xml.elements()].map((child) => child.copy());
    const said = new XmlElement('message', 'jabber:client').setAttribute('type', type);
    const { id } = message;
    if (id !== undefined) said.setAttribute('id', id);
    said.setAttribute('from', `${to.bare}/${me.nick}`);
    for (const child of children) said.append(child);
    if (to.resource !== undefined) {
      const other = occupants.get(to.resource);
      if (other) this.#deliver(said, other.jid);
      else this.xmpp.send(message.errorReply('item-not-found'));
      return;
    }
    for (const other of occupants.values()) this.#deliver(said.copy(), other.jid);
    const stamp = new XmlElement('delay', NS_DELAY).setAttribute('from', to.bare.full);
    stamp.setAttribute('stamp', new Date(this.#clock.now()).toISOString());
    this.history.set(to.bare.full, [...(this.history.get(to.bare.full) ?? []), said.copy().append(stamp)]);
  }

  #send(from: string, to: JID, type: string, children: readonly XmlElement[]): void {
    const message = new XmlElement('message', 'jabber:client').setAttribute('type', type).setAttribute('from', from);
    for (const child of children) message.append(child.copy());
    this.#deliver(message, to);
  }

  #presence(from: string, to: JID, children: readonly XmlElement[], type?: string): void {
    const presence = new XmlElement('presence', 'jabber:client').setAttribute('from', from);
    if (type !== undefined) presence.setAttribute('type', type);
    for (const child of children) presence.append(child);
    this.#deliver(presence, to);
  }

  #deliver(stanza: XmlElement, to: JID): void {
    this.xmpp.resend(stanza.setAttribute('to', to.full));
  }
}

function word(item: XmlElement, codes: readonly string[]): XmlElement {
  const x = new XmlElement('x', NS_USER).append(item);
  for (const code of codes) x.append(new XmlElement('status', NS_USER).setAttribute('code', code));
  return x;
}
