import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import { type ConversationView, conversationView } from './conversation.js';
import { sideView } from './side.js';
import { statusView } from './status.js';
import { setText, type View } from './view.js';

/** The page of an account that is logged in. */
export function chatView(session: Session, logOut: () => void): View {
  const side = sideView(session, leave);
  // On a narrow page the side is hidden behind an open conversation, so there these two stand in that one.
  const status = statusView(session);
  const trouble = troubleLine();
  const sideTrouble = troubleLine();
  side.root.querySelector('header')?.after(sideTrouble);
  const nothing = element('section', { className: 'nothing' }, element('p', {}, 'Choose somebody to talk to.'));
  const stage = element('div', { className: 'stage' }, nothing);
  const root = element('div', { className: 'chat' }, side.root, stage);
  /** One for each conversation that was open, so that what is written waits where it was. */
  const views = new Map<string, ConversationView>();
  let shown: string | undefined;
  document.addEventListener('visibilitychange', watch);
  return { root, update };

  function leave(): void {
    document.removeEventListener('visibilitychange', watch);
    logOut();
  }

  function watch(): void {
    session.watch(document.visibilityState === 'visible');
  }

  function update(): void {
    side.update();
    status.update();
    const { state } = session.connection;
    root.dataset['connection'] = state.kind;
    for (const line of [trouble, sideTrouble]) {
      setText(line, state.kind === 'ended' ? state.reason : '');
      line.hidden = state.kind !== 'ended';
    }
    const { open, unread } = session.conversations;
    document.title = unread > 0 ? `(${unread}) Web chat` : 'Web chat';
    root.dataset['open'] = String(open !== undefined);
    if (open === undefined) {
      if (shown !== undefined) close(shown);
    } else if (shown === open) viewOf(open).update();
    else enter(open);
    shown = open;
    session.shown();
  }

  function viewOf(jid: string): ConversationView {
    const view = views.get(jid) ?? conversationView(session, session.conversations.get(jid));
    views.set(jid, view);
    return view;
  }

  function enter(jid: string): void {
    const view = viewOf(jid);
    stage.replaceChildren(view.root);
    view.root.querySelector('.about')?.append(status.root);
    view.root.querySelector('header')?.after(trouble);
    view.update();
    view.enter();
  }

  function close(jid: string): void {
    stage.replaceChildren(nothing);
    for (const button of root.querySelectorAll<HTMLElement>('.contact')) {
      if (button.dataset['jid'] === jid) button.focus();
    }
  }
}

function troubleLine(): HTMLElement {
  return element('p', { className: 'error trouble', hidden: true, attrs: { role: 'alert' } });
}
