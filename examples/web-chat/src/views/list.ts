import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import { type Row, rowFor } from './row.js';
import type { View } from './view.js';

/** The conversations, those with the latest words first, then the other contacts. The arrow keys go up and down in it. */
export function listView(session: Session): View {
  const list = element('ul', { className: 'contacts', attrs: { 'aria-label': 'Conversations' } });
  const empty = element('p', { className: 'hint', hidden: true }, 'Nobody here yet: add somebody with the plus sign.');
  const none = element('p', { className: 'hint', hidden: true }, 'Nobody is called so.');
  const search = element('input', { type: 'search', placeholder: 'Search', autocomplete: 'off', className: 'search' });
  search.setAttribute('aria-label', 'Search for a conversation');
  search.addEventListener('input', update);
  const rows = new Map<string, Row>();
  const root = element(
    'div',
    { className: 'finder' },
    search,
    element('div', { className: 'scroll' }, list, empty, none),
  );
  root.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const stops = [search, ...list.querySelectorAll('button')];
    const target = stops[stops.indexOf(document.activeElement as HTMLButtonElement) + step];
    if (!target) return;
    event.preventDefault();
    target.focus();
  });
  return { root, update };

  function rowOf(jid: string): Row {
    const known = rows.get(jid);
    if (known) return known;
    const row = rowFor(session, jid);
    rows.set(jid, row);
    return row;
  }

  function update(): void {
    const all = sorted(session);
    const wanted = search.value.trim().toLowerCase();
    const shown = all.filter((jid) => `${session.nameOf(jid)} ${jid}`.toLowerCase().includes(wanted));
    for (const jid of rows.keys()) if (!all.includes(jid)) rows.delete(jid);
    for (const jid of shown) rowOf(jid).update();
    arrange(shown.map((jid) => rowOf(jid).root));
    empty.hidden = all.length > 0;
    none.hidden = all.length === 0 || shown.length > 0;
  }

  function arrange(items: readonly HTMLElement[]): void {
    if (items.length === list.children.length && items.every((item, index) => list.children[index] === item)) return;
    const focused = document.activeElement;
    list.replaceChildren(...items);
    // Whoever is moved loses the focus.
    if (focused instanceof HTMLElement && list.contains(focused)) focused.focus();
  }
}

function sorted(session: Session): string[] {
  const { conversations, people, nameOf } = session;
  const jids = new Set(people.contacts);
  for (const { jid } of conversations.all) jids.add(jid);
  const spokenAt = (jid: string): number => conversations.find(jid)?.last?.at.getTime() ?? 0;
  const isThere = (jid: string): number => Number(session.availability(jid).kind !== 'offline');
  return [...jids].sort(
    (a, b) => spokenAt(b) - spokenAt(a) || isThere(b) - isThere(a) || nameOf(a).localeCompare(nameOf(b)),
  );
}
