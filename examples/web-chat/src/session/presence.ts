import type { RosterItem } from '@sestina/core';

/** How somebody is there: for the dot, and in words. */
export interface Availability {
  readonly kind: 'away' | 'busy' | 'offline' | 'online' | 'room';
  readonly text: string;
}

const SHOWS: Readonly<Record<string, string>> = {
  away: 'Away',
  chat: 'Online',
  dnd: 'Do not disturb',
  xa: 'Away for long',
};

export function availabilityOf(contact: RosterItem | undefined): Availability {
  const best = contact?.best ?? [...(contact?.resources.values() ?? [])].at(-1);
  if (best) {
    return wordsOfShow(best.show ?? 'chat', best.status);
  }
  if (contact?.ask) return { kind: 'offline', text: 'Waiting for an answer' };
  if (!contact?.inRoster) return { kind: 'offline', text: 'Not a contact' };
  return { kind: 'offline', text: 'Offline' };
}

export function wordsOfShow(show: string, status: string | undefined): Availability {
  return {
    kind: show === 'chat' ? 'online' : show === 'dnd' ? 'busy' : 'away',
    text: status || SHOWS[show] || show,
  };
}
