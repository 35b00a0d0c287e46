import type { ClientXMPP } from '@sestina/client';
import { JID, type RosterItem } from '@sestina/core';
import type { Conversation } from '../store/conversation.js';
import type { Speaker } from '../store/line.js';
import { type Availability, availabilityOf } from './presence.js';

/** Requests that are shown at once; the server tells of the others when we come again. */
const MAX_REQUESTS = 50;

/** Contacts: their names, whether they are there, and who wants to be one. */
export class People {
  /** Who asks to see our presence, by bare JID. */
  readonly requests = new Set<string>(); // bound: MAX_REQUESTS
  readonly #xmpp: ClientXMPP;
  readonly #changed: () => void;

  constructor(xmpp: ClientXMPP, changed: () => void) {
    this.#xmpp = xmpp;
    this.#changed = changed;
    for (const event of ['rosterUpdate', 'sessionEnd', 'changedStatus', 'gotOnline', 'gotOffline'] as const) {
      xmpp.on(event, () => changed());
    }
    xmpp.on('rosterSubscriptionRequest', ({ from }) => {
      if (!from || this.requests.size >= MAX_REQUESTS) return;
      this.requests.add(from.bare.full);
      changed();
    });
  }

  get self(): Speaker {
    return { id: this.#xmpp.account.full, name: 'You' };
  }

  /** The bare addresses of all contacts. */
  get contacts(): string[] {
    return [...this.#xmpp.clientRoster].filter(({ inRoster, ask }) => inRoster || ask).map(({ jid }) => jid.full);
  }

  isContact(jid: string): boolean {
    return this.#item(jid)?.inRoster === true;
  }

  /** What somebody is called: by the roster, or in the room. */
  nameOf({ kind }: Conversation, jid: JID): string {
    // An address of an occupant has the nick.
    if (kind === 'room' || jid.isFull) return jid.resource ?? jid.full;
    return this.name(jid.full);
  }

  name(jid: string): string {
    if (jid === this.#xmpp.account.full) return 'You';
    return this.#item(jid)?.name || jid;
  }

  availability(jid: string): Availability {
    return availabilityOf(this.#item(jid));
  }

  /** Asks somebody to become a contact. @returns the address as it is written properly. @throws for one that is none. */
  add(address: string): string {
    const { bare } = JID.parse(address);
    this.#xmpp.clientRoster.subscribe(bare);
    return bare.full;
  }

  async remove(jid: string): Promise<void> {
    await this.#xmpp.delRosterItem(jid);
  }

  answer(jid: string, yes: boolean): void {
    this.requests.delete(jid);
    if (yes) {
      this.#xmpp.clientRoster.authorize(jid);
      if (!this.#item(jid)?.to) this.#xmpp.clientRoster.subscribe(jid);
    } else {
      this.#xmpp.clientRoster.unauthorize(jid);
    }
    this.#changed();
  }

  #item(jid: string): RosterItem | undefined {
    return this.#xmpp.clientRoster.get(jid);
  }
}
