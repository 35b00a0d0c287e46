import { element } from '../dom.js';
import { reasonOf } from '../reason.js';
import type { Session } from '../session/session.js';
import type { Conversation } from '../store/conversation.js';
import { iconButton } from './button.js';
import { showDialog } from './dialog.js';

interface Choice {
  readonly label: string;
  readonly className?: string;
  act(): Promise<void> | void;
}

/** What can be done with a conversation as a whole. */
export function menuFor(session: Session, conversation: Conversation): HTMLElement {
  return iconButton('more', 'More', () => {
    const error = element('p', { className: 'error', hidden: true, attrs: { role: 'alert' } });
    const buttons = choices(session, conversation).map(({ label, className = '', act }) => {
      const button = element('button', { type: 'button', className: `choice ${className}` }, label);
      button.addEventListener('click', async () => {
        try {
          await act();
          dialog.close();
        } catch (reason) {
          error.textContent = reasonOf(reason);
          error.hidden = false;
        }
      });
      return button;
    });
    const address = element('p', { className: 'address', dir: 'ltr' }, conversation.jid);
    const dialog = showDialog(
      session.nameOf(conversation.jid),
      address,
      element('div', { className: 'choices' }, ...buttons),
      error,
    );
  });
}

function choices(session: Session, { jid, kind }: Conversation): Choice[] {
  const { rooms, people, blocked } = session;
  if (kind === 'room') return [{ label: 'Leave the room', className: 'danger', act: () => rooms.leave(jid) }];
  const list: Choice[] = [];
  if (!jid.includes('/')) {
    if (people.isContact(jid))
      list.push({ label: 'Remove from the contacts', className: 'danger', act: () => people.remove(jid) });
    else list.push({ label: 'Add to the contacts', act: () => void people.add(jid) });
  }
  if (blocked.has(jid)) list.push({ label: 'Unblock', act: () => blocked.unblock(jid) });
  else list.push({ label: 'Block', className: 'danger', act: () => blocked.block(jid) });
  return list;
}
