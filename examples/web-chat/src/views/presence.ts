import type { RosterItem } from '@sestina/core';

const SHOWS: Readonly<Record<string, string>> = {
  away: 'Away',
  chat: 'Online',
  dnd: 'Do not disturb',
  xa: 'Away for long',
};

/** How a contact is there: for its dot, and in words. */
export function presenceOf(contact: RosterItem | undefined): { kind: string; text: string } {
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
