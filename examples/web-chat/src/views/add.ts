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
  const dialog = showDialog('New', element('section', {}, element('h3', {}, 'A contact'), contact));
}
