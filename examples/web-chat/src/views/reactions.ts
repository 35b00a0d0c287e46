import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import type { Conversation } from '../store/conversation.js';
import type { Line } from '../store/line.js';

/** Emojis that are offered. */
export const OFFERED = ['👍', '❤️', '😂', '😮', '😢', '🎉'] as const;

/** What others, and we, say of a message with an emoji. */
export function reactionsOf(session: Session, conversation: Conversation, { key, reactions }: Line): HTMLElement {
  const chips = [...reactions].map(([emoji, { names, mine }]) => {
    const label = `${emoji} ${names.join(', ')}`;
    const chip = element(
      'button',
      { type: 'button', className: 'chip', title: label, attrs: { 'aria-label': label, 'aria-pressed': String(mine) } },
      emoji,
      names.length > 1 ? element('span', {}, String(names.length)) : undefined,
    );
    chip.addEventListener('click', () => session.outgoing.react(conversation, key, emoji));
    return chip;
  });
  return element('div', { className: 'reactions' }, ...chips);
}
