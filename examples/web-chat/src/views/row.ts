import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import type { Conversation } from '../store/conversation.js';
import { avatar, showAvatar } from './avatar.js';
import { previewOf } from './preview.js';
import { shortTimeOf } from './times.js';
import { setText, type View } from './view.js';

/** A conversation in the list. */
export type Row = View;

export function rowFor(session: Session, jid: string): Row {
  const portrait = avatar(jid, session.nameOf(jid));
  const name = element('span', { className: 'name', dir: 'auto' });
  const time = element('time', { className: 'when' });
  const preview = element('span', { className: 'status-text', dir: 'auto' });
  const unread = element('span', { className: 'unread' });
  const button = element(
    'button',
    { type: 'button', className: 'contact', title: jid, data: { jid } },
    element('span', { className: 'portrait' }, portrait, element('span', { className: 'dot' })),
    element(
      'span',
      { className: 'about' },
      element('span', { className: 'row' }, name, time),
      element('span', { className: 'row' }, preview, unread),
    ),
  );
  button.addEventListener('click', () => session.open(jid));
  return { root: element('li', {}, button), update };

  function update(): void {
    const conversation = session.conversations.find(jid);
    const presence = session.availability(jid);
    const called = session.nameOf(jid);
    setText(name, called);
    showAvatar(portrait, called, session.avatars.of(jid));
    const last = conversation?.last;
    setText(time, last ? shortTimeOf(last.at) : '');
    setText(preview, below(conversation) ?? presence.text);
    preview.classList.toggle('typing', (conversation?.typing.length ?? 0) > 0);
    const count = conversation?.unread ?? 0;
    setText(unread, count > 0 ? String(count) : '');
    unread.setAttribute('aria-label', count > 0 ? `${count} unread` : '');
    button.dataset['presence'] = presence.kind;
    button.setAttribute('aria-current', String(session.conversations.open === jid));
  }
}

/** What stands below a name: who is typing, what waits to be sent, what was said last. */
function below(conversation: Conversation | undefined): string | undefined {
  if (!conversation) return undefined;
  if (conversation.typing.length > 0) return 'typing …';
  if (conversation.draft !== '') return `Draft: ${conversation.draft}`;
  return conversation.last && previewOf(conversation.last, conversation.kind);
}
