import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import { showDialog } from './dialog.js';
import { lineForm } from './form.js';

/** The window to begin something new with. */
export function showAdd(session: Session): void {
  const contact = lineForm(
    { label: 'Address of a new contact', placeholder: 'juliet@example.org', action: 'Add' },
    (address) => {
      session.open(session.people.add(address));
      dialog.close();
    },
  );
  const founds = element('input', { type: 'checkbox' });
  const room = lineForm(
    { label: 'Name or address of a room', placeholder: 'balcony', action: 'Enter' },
    async (address) => {
      session.open(await session.rooms.join(address, { found: founds.checked }));
      dialog.close();
    },
  );
  room.append(element('label', { className: 'check' }, founds, 'Found it if there is none'));
  const dialog = showDialog(
    'New',
    element('section', {}, element('h3', {}, 'A contact'), contact),
    element('section', {}, element('h3', {}, 'A room'), room),
  );
}
