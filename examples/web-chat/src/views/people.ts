import { element } from '../dom.js';
import type { Person } from '../session/rooms.js';
import type { Session } from '../session/session.js';
import { avatar, showAvatar } from './avatar.js';
import { showDialog } from './dialog.js';
import { lineForm } from './form.js';
import { setText, type View } from './view.js';

/** Who is in a room, and what they talk about. */
export function peopleView(session: Session, jid: string, shown: () => boolean): View {
  const subject = element('p', { className: 'subject', dir: 'auto' });
  const title = element('h3');
  const list = element('ul', { className: 'contacts' });
  const change = element('button', { type: 'button', className: 'quiet' }, 'Change the subject');
  change.addEventListener('click', () => askForSubject(session, jid));
  const invite = element('button', { type: 'button', className: 'quiet' }, 'Invite somebody');
  invite.addEventListener('click', () => askForGuest(session, jid));
  const root = element(
    'aside',
    { className: 'people', attrs: { 'aria-label': 'People in this room' } },
    element('h3', {}, 'Subject'),
    subject,
    change,
    title,
    list,
    invite,
  );
  const rows = new Map<string, { readonly root: HTMLElement; update(person: Person): void }>();
  return { root, update };

  function update(): void {
    root.hidden = !shown();
    if (root.hidden) return;
    const people = session.rooms.people(jid);
    setText(subject, session.rooms.get(jid)?.subject || 'None');
    setText(title, `${people.length} here`);
    const items = people.map((person) => {
      const row = rows.get(person.nick) ?? rowFor(person);
      rows.set(person.nick, row);
      row.update(person);
      return row.root;
    });
    for (const nick of rows.keys()) if (!people.some((person) => person.nick === nick)) rows.delete(nick);
    if (items.length !== list.children.length || items.some((item, index) => list.children[index] !== item)) {
      list.replaceChildren(...items);
    }
  }

  function rowFor({ jid: address, nick, me }: Person) {
    const portrait = avatar(address, nick);
    const name = element('span', { className: 'name', dir: 'auto' });
    const words = element('span', { className: 'status-text', dir: 'auto' });
    const button = element(
      'button',
      { type: 'button', className: 'contact', disabled: me, title: me ? nick : `Talk to ${nick} alone` },
      element('span', { className: 'portrait' }, portrait, element('span', { className: 'dot' })),
      element('span', { className: 'about' }, name, words),
    );
    button.addEventListener('click', () => session.open(address));
    return {
      root: element('li', {}, button),
      update(person: Person): void {
        setText(name, person.me ? `${person.nick} (you)` : person.nick);
        setText(words, [person.rank, person.availability.text].filter((text) => text !== '').join(' · '));
        showAvatar(portrait, person.nick, session.avatars.of(address));
        button.dataset['presence'] = person.availability.kind;
      },
    };
  }
}

function askForSubject(session: Session, jid: string): void {
  const form = lineForm({ label: 'What the room talks about', action: 'Set' }, async (text) => {
    await session.rooms.get(jid)?.setSubject(text);
    dialog.close();
  });
  const dialog = showDialog('Subject', form);
}

function askForGuest(session: Session, jid: string): void {
  const form = lineForm(
    { label: 'Address of a guest', placeholder: 'juliet@example.org', action: 'Invite' },
    async (guest) => {
      await session.rooms.get(jid)?.invite(guest);
      dialog.close();
    },
  );
  const dialog = showDialog('Invite somebody', form);
}
