import type { XmlElement } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions } from '@sestina/testing';
import { afterEach, expect } from 'vitest';
import { type JoinOptions, MultiUserChat, type MultiUserChatOptions, type Room } from '../src/index.js';

export const ROOM = 'coven@chat.shakespeare.lit';
export const NS = 'http://jabber.org/protocol/muc';
export const NS_USER = `${NS}#user`;

/** `<x/>` of muc#user with an item, and codes. */
export function word(
  codes: readonly number[] = [],
  item = "affiliation='member' role='participant'",
  inside = '',
): string {
  const statuses = codes.map((code) => `<status code='${code}'/>`).join('');
  return `<x xmlns='${NS_USER}'><item ${item}>${inside}</item>${statuses}</x>`;
}

/** A connection, and a room that is played by hand. */
export class Play {
  readonly stream: ScriptedStream;
  readonly muc: MultiUserChat;
  readonly events: [name: string, data: unknown][] = [];

  /** The address of ours that the room knows. */
  to = '';
  #listens = false;

  private constructor(stream: ScriptedStream) {
    this.stream = stream;
    this.muc = stream.xmpp.plugin(MultiUserChat);
  }

  static async start(
    options: Partial<MultiUserChatOptions> = {},
    stream: Omit<ScriptedStreamOptions, 'plugins'> = {},
  ): Promise<Play> {
    return new Play(await ScriptedStream.start({ ...stream, plugins: [[MultiUserChat, options]] }));
  }

  get room(): Room {
    const [room] = this.muc.rooms;
    if (!room) throw new Error('there is no room');
    return room;
  }

  /** Begins to enter; gives the presence that asks for it, and what comes of it. */
  async ask(options: JoinOptions = {}, room = ROOM): Promise<{ request: XmlElement; joined: Promise<Room> }> {
    // Whoever awaits it can listen before anything is told.
    const joined = this.muc.join(room, { nick: 'thirdwitch', ...options }).then((entered) => {
      if (!this.#listens) this.listen(entered);
      return entered;
    });
    joined.catch(() => {});
    const request = await this.stream.nextSent();
    return { request, joined };
  }

  /** Enters, with these who are there already. */
  async join(options: JoinOptions = {}, others: readonly string[] = ['firstwitch', 'secondwitch']): Promise<Room> {
    const { joined } = await this.ask(options);
    for (const nick of others) await this.here(nick);
    await this.here(options.nick ?? 'thirdwitch', word([110]));
    await this.subject('');
    return joined;
  }

  /** Notes the events of a room. */
  listen(room: Room): void {
    this.#listens = true;
    const names = ['joined', 'left', 'unreachable', 'message', 'whisper', 'subject', 'occupantsLoaded'] as const;
    const more = ['occupantJoined', 'occupantLeft', 'occupantChanged', 'nickChanged', 'privacyWarning'] as const;
    for (const name of [...names, ...more]) room.on(name, (data) => void this.events.push([name, data]));
  }

  /** The names of the events since the last call. */
  names(): string[] {
    return this.events.splice(0).map(([name]) => name);
  }

  here(nick: string, inside = word(), attributes = ''): Promise<void> {
    return this.recv(`<presence from='${ROOM}/${nick}' ${attributes}>${inside}</presence>`);
  }

  gone(nick: string, inside = word([], "affiliation='member' role='none'")): Promise<void> {
    return this.here(nick, inside, "type='unavailable'");
  }

  says(nick: string, body: string, inside = '', attributes = ''): Promise<void> {
    return this.recv(
      `<message from='${ROOM}/${nick}' type='groupchat' ${attributes}><body>${body}</body>${inside}</message>`,
    );
  }

  subject(subject: string, nick = 'firstwitch'): Promise<void> {
    return this.recv(`<message from='${ROOM}/${nick}' type='groupchat'><subject>${subject}</subject></message>`);
  }

  refuse(condition: string, type = 'cancel', { from = `${ROOM}/thirdwitch`, id }: { from?: string; id?: string } = {}) {
    const error = `<error type='${type}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
    return this.recv(`<presence from='${from}' type='error' ${id ? `id='${id}'` : ''}>${error}</presence>`);
  }

  /** What the server says to us. */
  recv(xml: string): Promise<void> {
    const to = this.to || this.stream.xmpp.boundJid;
    return this.stream.recv(xml.replace(/^<(\w+) /, `<$1 to='${to}' `));
  }
}

/** Starts plays that end with their test, in which no stream has failed. */
export function usePlays(): typeof Play.start {
  const plays: Play[] = [];
  afterEach(async () => {
    for (const play of plays.splice(0)) {
      expect(play.stream.errors).toEqual([]);
      await play.stream.close();
    }
  });
  return async (...args) => {
    const play = await Play.start(...args);
    plays.push(play);
    return play;
  };
}
