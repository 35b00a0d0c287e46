import { element } from '../dom.js';

/** A circle with the first letter of a name, in a colour that is always the same for one address. */
export function avatar(jid: string, name: string): HTMLElement {
  let hue = 0;
  for (const character of jid) hue = (hue * 31 + (character.codePointAt(0) ?? 0)) % 360;
  const made = element('span', { className: 'avatar', attrs: { 'aria-hidden': 'true' } });
  made.style.setProperty('--hue', String(hue));
  rename(made, name);
  return made;
}

/** Gives it the letter of another name. */
export function rename(made: HTMLElement, name: string): void {
  const [initial = '?'] = name.match(/[\p{L}\p{N}]/u) ?? [];
  made.textContent = initial.toUpperCase();
}
