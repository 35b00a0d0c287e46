import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import type { Conversation } from '../store/conversation.js';
import { avatar, showAvatar } from './avatar.js';
import { iconButton } from './button.js';
import { menuFor } from './menu.js';
import { setText, type View } from './view.js';

/** Whose conversation it is, how they are there, and what can be done with it. */
export function headerView(session: Session, conversation: Conversation, showPeople: () => void): View {
  const { jid, kind } = conversation;
  const portrait = avatar(jid, jid);
  const name = element('h2', { dir: 'auto', title: jid });
  const status = element('span', { className: 'status-text', dir: 'auto' });
  const back = iconButton('back', 'Back to the contacts', () => session.open(undefined), 'sign back');
  const people = kind === 'room' ? iconButton('people', 'People', showPeople) : undefined;
  const about = element('div', { className: 'about' }, name, status);
  const root = element('header', {}, back, portrait, about, people, menuFor(session, conversation));

  function update(): void {
    const called = session.nameOf(jid);
    setText(name, called);
    showAvatar(portrait, called, session.avatars.of(jid));
    const { typing } = conversation;
    const words = kind === 'room' ? `${typing.join(', ')} typing …` : 'typing …';
    setText(status, typing.length > 0 ? words : session.availability(jid).text);
    status.title = status.textContent ?? '';
    status.classList.toggle('typing', typing.length > 0);
  }

  return { root, update };
}
