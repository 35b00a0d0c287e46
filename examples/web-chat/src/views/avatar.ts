import { element } from '../dom.js';

/** A circle with the first letter of a name, in a colour that is always the same for one address, or with a picture. */
export function avatar(jid: string, name: string, picture?: string): HTMLElement {
  let hue = 0;
  for (const character of jid) hue = (hue * 31 + (character.codePointAt(0) ?? 0)) % 360;
  const made = element('span', { className: 'avatar', attrs: { 'aria-hidden': 'true' } });
  made.style.setProperty('--hue', String(hue));
  showAvatar(made, name, picture);
  return made;
}

/** Gives it the letter of another name, or another picture. */
export function showAvatar(made: HTMLElement, name: string, picture?: string): void {
  const image = made.querySelector('img');
  if (picture !== undefined) {
    if (image?.src === picture) return;
    made.replaceChildren(element('img', { src: picture, alt: '', draggable: false }));
    return;
  }
  const [initial = '?'] = name.match(/[\p{L}\p{N}]/u) ?? [];
  if (image || made.textContent !== initial.toUpperCase()) made.replaceChildren(initial.toUpperCase());
}
