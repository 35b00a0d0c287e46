import type { RosterItem } from '@sestina/core';

/** How somebody is there: for the dot, and in words. */
export interface Availability {
  readonly kind: 'away' | 'busy' | 'offline' | 'online';
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
    const show = best.show ?? 'chat';
    return {
      kind: show === 'chat' ? 'online' : show === 'dnd' ? 'busy' : 'away',
      text: best.status || SHOWS[show] || show,
    };
  }
  if (contact?.ask) return { kind: 'offline', text: 'Waiting for an answer' };
  if (!contact?.inRoster) return { kind: 'offline', text: 'Not a contact' };
  return { kind: 'offline', text: 'Offline' };
}
