import { element } from '../dom.js';
import type { Session } from '../session.js';
import { avatar, rename } from './avatar.js';
import { presenceOf } from './presence.js';
import type { View } from './view.js';

interface Row {
  readonly item: HTMLLIElement;
  readonly button: HTMLButtonElement;
  readonly portrait: HTMLElement;
  readonly name: HTMLElement;
  readonly status: HTMLElement;
  readonly unread: HTMLElement;
}

/** The roster, and whoever else there is a conversation with. The arrow keys go up and down in it. */
export function contactsView(session: Session): View {
  const list = element('ul', { className: 'contacts', attrs: { 'aria-label': 'Contacts' } });
  const empty = element('p', { className: 'hint', hidden: true }, 'Nobody here yet: add somebody below.');
  const rows = new Map<string, Row>();
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const buttons = [...list.querySelectorAll('button')];
    const target = buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step];
    if (!target) return;
    event.preventDefault();
    target.focus();
  });

  function rowOf(jid: string): Row {
    const known = rows.get(jid);
    if (known) return known;
    const portrait = avatar(jid, jid);
    const name = element('span', { className: 'name', dir: 'auto' });
    const status = element('span', { className: 'status-text', dir: 'auto' });
    const unread = element('span', { className: 'unread' });
    const button = element(
      'button',
      { type: 'button', className: 'contact', data: { jid } },
      element('span', { className: 'portrait' }, portrait, element('span', { className: 'dot' })),
      element('span', { className: 'about' }, name, status),
      unread,
    );
    button.addEventListener('click', () => session.open(jid));
    const row = { item: element('li', {}, button), button, portrait, name, status, unread };
    rows.set(jid, row);
    return row;
  }

  function update(): void {
    const { conversations } = session;
    const jids = session.contacts.map(({ jid }) => jid.toString());
    for (const { jid } of conversations.all) if (!jids.includes(jid)) jids.push(jid);
    for (const jid of jids) {
      const { button, portrait, name, status, unread } = rowOf(jid);
      const contact = session.contact(jid);
      const presence = presenceOf(contact);
      const count = conversations.has(jid) ? conversations.get(jid).unread : 0;
      name.textContent = contact?.name || jid;
      rename(portrait, name.textContent);
      button.title = jid;
      status.textContent = presence.text;
      unread.textContent = count > 0 ? String(count) : '';
      button.dataset['presence'] = presence.kind;
      button.setAttribute('aria-current', String(conversations.open === jid));
      unread.setAttribute('aria-label', count > 0 ? `${count} unread` : '');
    }
    arrange(jids);
    empty.hidden = jids.length > 0;
  }

  function arrange(jids: readonly string[]): void {
    for (const jid of rows.keys()) if (!jids.includes(jid)) rows.delete(jid);
    const items = jids.map((jid) => rowOf(jid).item);
    if (items.length === list.children.length && items.every((item, index) => list.children[index] === item)) return;
    const focused = document.activeElement;
    list.replaceChildren(...items);
    // Whoever is moved loses the focus.
    if (focused instanceof HTMLElement && list.contains(focused)) focused.focus();
  }

  return { root: element('div', { className: 'scroll' }, list, empty), update };
}
