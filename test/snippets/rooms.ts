import type { ComponentXMPP } from '@sestina/component';
import type { JID, Presence } from '@sestina/core';
import { MucItem, MucOwner, MucStatus, MucUser, NS_MUC } from '@sestina/xep-0045';

/** The rooms of a domain: everyone exists already, with Juliet in it, and lets everybody in. */
export class Rooms {
  readonly #component: ComponentXMPP;
  /** Who is in a room, by its address: the nick of each. */
  readonly #guests = new Map<string, Map<string, JID>>();

  constructor(component: ComponentXMPP) {
    this.#component = component;
    component.advertise(NS_MUC);
    component.on('presence', (presence) => this.#presence(presence));
    component.onIq('get', MucOwner, () => undefined);
    component.onIq('set', MucOwner, () => undefined);
    component.onMessage(
      (message) => {
        const { from, to } = message;
        if (!from || !to) return;
        const guests = this.#in(to);
        const [nick] = [...guests].find(([, jid]) => jid.equals(from)) ?? [];
        if (nick === undefined) return;
        for (const guest of guests.values()) {
          const copy = message.copy();
          copy.from = to.withResource(nick);
          copy.to = guest;
          component.send(copy);
        }
      },
      { type: 'groupchat' },
    );
  }

  #in(room: JID): Map<string, JID> {
    const guests = this.#guests.get(room.bare.full) ?? new Map<string, JID>();
    this.#guests.set(room.bare.full, guests);
    return guests;
  }

  #presence({ from, to, type, mucJoin }: Presence): void {
    const nick = to?.resource;
    if (!from || !to || nick === undefined) return;
    const room = to.bare;
    const guests = this.#in(room);
    if (type === 'unavailable' && guests.delete(nick)) {
      this.#component.sendPresence({ from: to, to: from, type, muc: word('none', 110) });
    } else if (type === undefined && mucJoin) {
      guests.set(nick, from);
      this.#component.sendPresence({ from: room.withResource('juliet'), to: from, muc: word('moderator') });
      this.#component.sendPresence({ from: to, to: from, muc: word('participant', 110) });
      this.#component.sendMessage({ from: room, to: from, type: 'groupchat', subject: 'Balcony' });
    }
  }
}

function word(role: 'moderator' | 'none' | 'participant', ...codes: number[]): MucUser {
  return new MucUser({
    items: [new MucItem({ affiliation: 'none', role })],
    statuses: codes.map((code) => new MucStatus({ code })),
  });
}
