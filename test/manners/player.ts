import { JID, type XmlElement } from '@sestina/core';
import { parseXml, type RawPeer } from '@sestina/testing';
import { lineOf } from './line.js';

/** A server under test: a `MemoryServer` that behaves as one, or the real one. */
export interface Subject {
  readonly domain: string;
  /** A connection that may carry a password in the clear, on which nothing was said. */
  open(): Promise<RawPeer>;
  /** Makes an account with that password. */
  addUser(username: string, password: string): Promise<void>;
  /** Milliseconds between two looks at whether anything more comes. */
  readonly pause: number;
}

const PASSWORD = 'wherefore';
const TIMEOUT = { timeout: 10_000 };
let scenes = 0;
let pings = 0;

/** The people of one test, whose accounts no other test uses. */
export class Scene {
  readonly #subject: Subject;
  readonly #number = ++scenes;
  readonly #players: Player[] = [];
  readonly #names = new Map<string, string>();
  readonly #lines: string[] = [];

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  get domain(): string {
    return this.#subject.domain;
  }

  /** The account of somebody, made where there is none. */
  async account(name: string): Promise<string> {
    const username = `${name}${this.#number}x`;
    const bare = `${username}@${this.#subject.domain}`;
    if (this.#names.has(bare)) return bare;
    this.#names.set(bare, name);
    await this.#subject.addUser(username, PASSWORD);
    return bare;
  }

  /** A bound session of somebody, as `alice/phone`. */
  async login(who: string): Promise<Player> {
    const [name = '', resource = ''] = who.split('/');
    const bare = await this.account(name);
    const player = new Player(await this.#subject.open(), this, bare, resource);
    await player.login(PASSWORD);
    this.#players.push(player);
    return player;
  }

  /** A session that has asked for its roster and is there; what comes of that is not written down. */
  async online(who: string): Promise<Player> {
    const player = await this.login(who);
    player.say("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>");
    player.say('<presence/>');
    await this.settle();
    for (const other of this.#players) other.take();
    return player;
  }

  /** Says something, and writes down what everybody hears of it. */
  async act(player: Player, what: string, xml: string): Promise<void> {
    player.say(xml);
    await this.note(`${player.who}: ${what}`);
  }

  /** Writes down what everybody has heard. */
  async note(what: string): Promise<void> {
    await this.settle();
    this.#lines.push(what);
    for (const player of this.#players) {
      for (const line of player.take()) this.#lines.push(`    ${player.who} < ${line}`);
    }
  }

  /** What was written down, with what each one heard of a step in no order: between two sessions a server keeps none. */
  get unordered(): string {
    const steps = this.transcript.split(/\n(?! )/);
    return steps
      .map((step) =>
        step
          .split('\n')
          .sort((a, b) => (a < b ? 1 : -1))
          .join('\n'),
      )
      .join('\n');
  }

  /** What was written down. */
  get transcript(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  /** Waits until nothing more comes for anybody. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      const before = this.#players.reduce((sum, { count }) => sum + count, 0);
      for (const player of this.#players) await player.sync();
      if (this.#subject.pause > 0) await new Promise((resolve) => setTimeout(resolve, this.#subject.pause));
      const after = this.#players.reduce((sum, { count }) => sum + count, 0);
      quiet = before === after ? quiet + 1 : 0;
    }
  }

  /** Makes two see each other's presence, by way of requests; what comes of that is not written down. */
  async befriend(one: Player, other: Player): Promise<void> {
    const pairs = [
      [one, other],
      [other, one],
    ] as const;
    for (const [asks, allows] of pairs) {
      asks.say(`<presence type='subscribe' to='${allows.bare}'/>`);
      await this.settle();
      allows.say(`<presence type='subscribed' to='${asks.bare}'/>`);
      await this.settle();
    }
    for (const player of this.#players) player.take();
  }

  /** An address in the names of the scene. */
  name(address: string): string {
    const jid = JID.tryParse(address);
    if (!jid) return address;
    const name = this.#names.get(jid.bare.full);
    if (name === undefined) return jid.bare.full === this.#subject.domain ? 'server' : address;
    return jid.resource === undefined ? name : `${name}/${jid.resource}`;
  }

  end(): void {
    for (const player of this.#players) player.drop();
  }
}

/** One session, played by hand. */
export class Player {
  readonly #peer: RawPeer;
  readonly #scene: Scene;
  readonly bare: string;
  readonly resource: string;
  features: XmlElement | undefined;
  /** The version that a roster came with last. */
  version: string | undefined;
  #taken = '';

  constructor(peer: RawPeer, scene: Scene, bare: string, resource: string) {
    this.#peer = peer;
    this.#scene = scene;
    this.bare = bare;
    this.resource = resource;
  }

  get full(): string {
    return `${this.bare}/${this.resource}`;
  }

  /** As the scene calls it. */
  get who(): string {
    return this.#scene.name(this.full);
  }

  get closed(): boolean {
    return this.#peer.closed;
  }

  /** How much has come. */
  get count(): number {
    return this.#taken.length + (this.closed ? 1 : 0);
  }

  async login(password: string): Promise<void> {
    const [username = '', domain = ''] = this.bare.split('@');
    await this.#header(domain);
    const initial = Buffer.from(`\0${username}\0${password}`).toString('base64');
    this.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${initial}</auth>`);
    await this.#peer.receive('<success', TIMEOUT);
    const features = await this.#header(domain);
    this.features = parseXml(features.slice(features.indexOf('<stream:features')));
    const resource = this.resource && `<resource>${this.resource}</resource>`;
    this.say(`<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>${resource}</bind></iq>`);
    await this.#peer.receive(/<iq.*?<\/iq>/s, TIMEOUT);
  }

  async #header(domain: string): Promise<string> {
    this.say(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${domain}' version='1.0'>`,
    );
    return this.#peer.receive('</stream:features>', TIMEOUT);
  }

  say(xml: string): void {
    this.#peer.send(xml);
  }

  drop(): void {
    this.#peer.drop();
  }

  /** Waits until the server has dealt with all that was said. */
  async sync(): Promise<void> {
    if (this.closed) return this.#rest();
    const id = `sync${++pings}`;
    this.say(`<iq type='get' id='${id}' to='${this.bare.split('@')[1]}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    try {
      const text = await this.#peer.receive(new RegExp(`<iq[^>]*id=['"]${id}['"][^>]*/>`), TIMEOUT);
      this.#taken += text.slice(0, text.lastIndexOf('<iq'));
    } catch (error) {
      if (!this.closed) throw error;
      this.#rest();
    }
  }

  #rest(): void {
    void this.#peer.receive(/^.*$/s).then(
      (text) => {
        this.#taken += text;
      },
      () => undefined,
    );
  }

  /** What has come since the last look, a line for each stanza. */
  take(): string[] {
    const text = this.#taken;
    this.#taken = '';
    this.version = [...text.matchAll(/ ver=['"]([^'"]+)/g)].at(-1)?.[1] ?? this.version;
    const stanzas = parseXml(
      `<all xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>${text.replace('</stream:stream>', '')}</all>`,
    );
    return [...stanzas.elements()].map((stanza) => lineOf(stanza, (address) => this.#scene.name(address)));
  }
}
