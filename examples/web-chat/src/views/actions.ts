import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import type { Conversation } from '../store/conversation.js';
import type { Line } from '../store/line.js';
import { iconButton } from './button.js';
import type { LogActions } from './log.js';
import { OFFERED } from './reactions.js';

/** What can be done with a message: shown when it is pointed at, or has the focus. */
export function actionsFor(session: Session, conversation: Conversation, line: Line, log: LogActions): HTMLElement {
  const { outgoing } = session;
  const root = element('div', { className: 'actions', attrs: { role: 'toolbar', 'aria-label': 'This message' } });
  const isOut = line.state !== 'failed' && line.state !== 'waiting' && !line.upload;
  if (isOut) {
    root.append(
      iconButton('react', 'React', offer),
      iconButton('reply', 'Answer', () => log.answer(line)),
    );
  }
  if (line.mine && isOut) {
    if (line.files.length === 0) root.append(iconButton('edit', 'Edit', () => log.edit(line)));
    root.append(iconButton('trash', 'Delete', () => outgoing.retract(conversation, line.key)));
  }
  return root;

  function offer(): void {
    const choices = OFFERED.map((emoji) => {
      const choice = element('button', { type: 'button', className: 'sign', attrs: { 'aria-label': emoji } }, emoji);
      choice.addEventListener('click', () => outgoing.react(conversation, line.key, emoji));
      return choice;
    });
    root.replaceChildren(...choices);
    choices[0]?.focus();
  }
}
