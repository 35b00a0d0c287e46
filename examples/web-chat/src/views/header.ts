import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import type { Conversation } from '../store/conversation.js';
import { avatar, showAvatar } from './avatar.js';
import { iconButton } from './button.js';
import { setText, type View } from './view.js';

/** Whose conversation it is, and how they are there. */
export function headerView(session: Session, conversation: Conversation): View {
  const { jid } = conversation;
  const portrait = avatar(jid, jid);
  const name = element('h2', { dir: 'auto', title: jid });
  const status = element('span', { className: 'status-text', dir: 'auto' });
  const back = iconButton('back', 'Back to the contacts', () => session.open(undefined), 'sign back');
  const root = element('header', {}, back, portrait, element('div', { className: 'about' }, name, status));

  function update(): void {
    const called = session.nameOf(jid);
    setText(name, called);
    showAvatar(portrait, called);
    const { typing } = conversation;
    setText(status, typing.length > 0 ? 'typing …' : session.availability(jid).text);
    status.classList.toggle('typing', typing.length > 0);
  }

  return { root, update };
}
