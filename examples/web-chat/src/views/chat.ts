import { element } from '../dom.js';
import type { Session } from '../session.js';
import { addContactView } from './add-contact.js';
import { avatar } from './avatar.js';
import { contactsView } from './contacts.js';
import { conversationView } from './conversation.js';
import { requestsView } from './requests.js';
import { statusView } from './status.js';
import type { View } from './view.js';

/** The page of an account that is logged in. */
export function chatView(session: Session, logOut: () => void): View {
  const status = statusView(session);
  // On a narrow page the side is hidden behind an open conversation, so there these two stand in that one.
  const statusInside = statusView(session);
  const troubles = [troubleLine(), troubleLine()] as const;
  const [trouble, troubleInside] = troubles;
  const requests = requestsView(session);
  const contacts = contactsView(session);
  const leave = element('button', { type: 'button', className: 'quiet' }, 'Log out');
  leave.addEventListener('click', () => {
    document.removeEventListener('visibilitychange', onVisible);
    logOut();
  });
  const nothing = element('section', { className: 'nothing' }, element('p', {}, 'Choose somebody to talk to.'));
  const stage = element('div', { className: 'stage' }, nothing);
  const root = element(
    'div',
    { className: 'chat' },
    element(
      'nav',
      { className: 'side', attrs: { 'aria-label': 'Account and contacts' } },
      element(
        'header',
        {},
        avatar(session.jid, session.jid),
        element('div', { className: 'about' }, element('h1', { title: session.jid }, session.jid), status.root),
        leave,
      ),
      trouble,
      requests.root,
      contacts.root,
      addContactView(session),
    ),
    stage,
  );
  /** One for each contact, so that a draft waits where it was written. */
  const conversations = new Map<string, View>();
  let shown: string | undefined;
  document.addEventListener('visibilitychange', onVisible);
  return { root, update };

  function onVisible(): void {
    if (document.visibilityState === 'visible') session.open(session.conversations.open);
  }

  function update(): void {
    for (const view of [status, statusInside, requests, contacts]) view.update();
    const { connection } = session;
    root.dataset['connection'] = connection.kind;
    showTrouble(connection.kind === 'ended' ? connection.reason : '');
    const { open, unread } = session.conversations;
    document.title = unread > 0 ? `(${unread}) Web chat` : 'Web chat';
    root.dataset['open'] = String(open !== undefined);
    if (open === undefined) {
      if (shown !== undefined) close(shown);
    } else {
      conversationWith(open).update();
      if (shown !== open) enter(open);
    }
    shown = open;
  }

  function showTrouble(text: string): void {
    for (const line of troubles) {
      if (line.textContent !== text) line.textContent = text;
      line.hidden = text === '';
    }
  }

  function conversationWith(jid: string): View {
    const view = conversations.get(jid) ?? conversationView(session, jid);
    conversations.set(jid, view);
    return view;
  }

  function enter(jid: string): void {
    const { root: conversation } = conversationWith(jid);
    stage.replaceChildren(conversation);
    conversation.querySelector('.about')?.append(statusInside.root);
    conversation.querySelector('header')?.after(troubleInside);
    const log = conversation.querySelector('.log');
    if (log) log.scrollTop = log.scrollHeight;
    conversation.querySelector('textarea')?.focus();
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
