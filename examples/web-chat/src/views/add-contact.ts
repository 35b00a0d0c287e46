import { element } from '../dom.js';
import { reasonOf } from '../reason.js';
import type { Session } from '../session.js';

/** The line to add a contact with. */
export function addContactView(session: Session): HTMLElement {
  const input = element('input', { type: 'text', placeholder: 'Add a contact', autocomplete: 'off' });
  input.setAttribute('aria-label', 'Address of a new contact');
  input.spellcheck = false;
  const error = element('p', { className: 'error', hidden: true, attrs: { role: 'alert' } });
  const form = element(
    'form',
    { className: 'add' },
    element('div', { className: 'line' }, input, element('button', { type: 'submit', className: 'quiet' }, 'Add')),
    error,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (input.value.trim() === '') return;
    error.hidden = true;
    try {
      session.add(input.value.trim());
      input.value = '';
    } catch (reason) {
      error.textContent = reasonOf(reason);
      error.hidden = false;
    }
  });
  return form;
}
