import { element } from '../dom.js';
import { iconButton } from './button.js';

/** A button that has somebody choose files. */
export function filePicker(chosen: (files: readonly File[]) => void): HTMLElement {
  const input = element('input', { type: 'file', multiple: true, hidden: true });
  input.addEventListener('change', () => {
    chosen([...(input.files ?? [])]);
    input.value = '';
  });
  return element(
    'span',
    {},
    input,
    iconButton('attach', 'Send a file', () => input.click()),
  );
}

/** Files that are dropped on an element, or pasted into it. */
export function takeFiles(target: HTMLElement, chosen: (files: readonly File[]) => void): void {
  const take = (event: Event, data: DataTransfer | null): void => {
    if (!data || data.files.length === 0) return;
    event.preventDefault();
    chosen([...data.files]);
  };
  target.addEventListener('dragover', (event) => event.preventDefault());
  target.addEventListener('drop', (event) => take(event, event.dataTransfer));
  target.addEventListener('paste', (event) => take(event, event.clipboardData));
}
