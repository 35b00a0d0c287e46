import { element } from '../dom.js';
import { iconButton } from './button.js';

/** A window over the page, which Escape closes. It is gone when it is closed. */
export function showDialog(title: string, ...content: readonly (Node | string)[]): HTMLDialogElement {
  const heading = element('h2', { id: 'dialog-title' }, title);
  const dialog = element('dialog', { className: 'dialog', attrs: { 'aria-labelledby': heading.id } });
  const close = iconButton('close', 'Close', () => dialog.close());
  dialog.append(element('header', {}, heading, close), element('div', { className: 'content' }, ...content));
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  // Its keys are its own.
  dialog.addEventListener('keydown', (event) => event.stopPropagation());
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('input')?.focus();
  return dialog;
}
