import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import { showAdd } from './add.js';
import { avatar, showAvatar } from './avatar.js';
import { iconButton } from './button.js';
import { listView } from './list.js';
import { requestsView } from './requests.js';
import { showSettings } from './settings.js';
import { statusView } from './status.js';
import type { View } from './view.js';

/** Our account, and all conversations. */
export function sideView(session: Session, logOut: () => void): View {
  const status = statusView(session);
  const requests = requestsView(session);
  const list = listView(session);
  const portrait = avatar(session.jid, session.jid);
  const account = element('button', { type: 'button', className: 'account', title: 'Account' }, portrait);
  account.setAttribute('aria-label', 'Account');
  account.addEventListener('click', () => showSettings(session, logOut));
  const root = element(
    'nav',
    { className: 'side', attrs: { 'aria-label': 'Account and conversations' } },
    element(
      'header',
      {},
      account,
      element('div', { className: 'about' }, element('h1', { title: session.jid }, session.jid), status.root),
      iconButton('plus', 'New', () => showAdd(session)),
      iconButton('leave', 'Log out', logOut),
    ),
    requests.root,
    list.root,
  );

  function update(): void {
    showAvatar(portrait, session.jid, session.avatars.of(session.jid));
    for (const view of [status, requests, list]) view.update();
  }

  return { root, update };
}
