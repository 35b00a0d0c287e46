import { element } from '../dom.js';

/** A circle with the first letter of a name, in a colour that is always the same for one address. */
export function avatar(jid: string, name: string): HTMLElement {
  let hue = 0;
  for (const character of jid) hue = (hue * 31 + (character.codePointAt(0) ?? 0)) % 360;
  const [initial = '?'] = name;
  const made = element('span', { className: 'avatar', attrs: { 'aria-hidden': 'true' } }, initial.toUpperCase());
  made.style.setProperty('--hue', String(hue));
  return made;
}
