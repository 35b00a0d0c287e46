import { element } from '../dom.js';
import { reasonOf } from '../reason.js';

/** A form of one field with a button, which says what goes wrong. */
export function lineForm(
  {
    label,
    placeholder = '',
    action,
  }: { readonly label: string; readonly placeholder?: string; readonly action: string },
  act: (text: string) => Promise<void> | void,
): HTMLFormElement {
  const input = element('input', { type: 'text', placeholder, autocomplete: 'off', spellcheck: false });
  input.autocapitalize = 'none';
  input.setAttribute('aria-label', label);
  const button = element('button', { type: 'submit', className: 'primary' }, action);
  const error = element('p', { className: 'error', hidden: true, attrs: { role: 'alert' } });
  const form = element('form', { className: 'add' }, element('div', { className: 'line' }, input, button), error);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (input.value.trim() !== '') void submit(input.value.trim());
  });
  return form;

  async function submit(text: string): Promise<void> {
    error.hidden = true;
    button.disabled = true;
    try {
      await act(text);
      input.value = '';
    } catch (reason) {
      error.textContent = reasonOf(reason);
      error.hidden = false;
    }
    button.disabled = false;
  }
}
