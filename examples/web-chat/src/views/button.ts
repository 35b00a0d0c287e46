import { element } from '../dom.js';
import { type IconName, icon } from './icons.js';

/** A button with words. */
export function textButton(label: string, act: () => void, className = 'quiet'): HTMLButtonElement {
  const button = element('button', { type: 'button', className }, label);
  button.addEventListener('click', act);
  return button;
}

/** A button with a sign: its words are its label and its hint. */
export function iconButton(name: IconName, label: string, act: () => void, className = 'sign'): HTMLButtonElement {
  const button = element('button', { type: 'button', className, title: label, attrs: { 'aria-label': label } });
  button.append(icon(name));
  button.addEventListener('click', act);
  return button;
}
