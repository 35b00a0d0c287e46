import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import type { Conversation } from '../store/conversation.js';
import type { Line } from '../store/line.js';
import { composerView } from './composer.js';
import { headerView } from './header.js';
import { logView } from './log.js';
import { peopleView } from './people.js';
import type { View } from './view.js';

/** A conversation on the screen. */
export interface ConversationView extends View {
  /** It has come in front. */
  enter(): void;
}

/** What was said with somebody or in a room, and the field to say more. */
export function conversationView(session: Session, conversation: Conversation): ConversationView {
  const { jid, kind } = conversation;
  // Beside the messages there is room for those who are there, on a wide page.
  let showsPeople = kind === 'room' && window.matchMedia('(min-width: 70rem)').matches;
  const people = kind === 'room' ? peopleView(session, jid, () => showsPeople) : undefined;
  const header = headerView(session, conversation, () => {
    showsPeople = !showsPeople;
    update();
  });
  const composer = composerView(session, conversation);
  const log = logView(session, conversation, {
    answer: (line: Line) => composer.answer(line),
    edit: (line: Line) => composer.edit(line),
    leave: () => composer.focus(),
  });
  const root = element(
    'section',
    {
      className: 'conversation',
      data: { jid, kind },
      attrs: { 'aria-label': 'Conversation' },
    },
    header.root,
    element('div', { className: 'beside' }, log.root, people?.root),
    composer.root,
  );
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || composer.cancel()) return;
    if (showsPeople && people?.root.contains(document.activeElement)) {
      showsPeople = false;
      update();
      composer.focus();
    } else session.open(undefined);
  });

  function update(): void {
    for (const view of [header, log, composer, people]) view?.update();
  }

  function enter(): void {
    log.toEnd();
    composer.focus();
  }

  return { root, update, enter };
}
