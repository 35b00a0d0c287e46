import { element } from '../dom.js';
import type { People } from '../session/people.js';
import { textButton } from './button.js';
import type { View } from './view.js';

/** Who asks to see whether we are there. */
export function requestsView(people: People): View {
  const root = element('div', { className: 'requests' });
  let shown = '';

  function request(jid: string): HTMLElement {
    return element(
      'div',
      { className: 'request', attrs: { role: 'group', 'aria-label': `Request of ${jid}` } },
      element('p', {}, element('bdi', { className: 'strong' }, jid), ' wants to be your contact.'),
      element(
        'p',
        { className: 'buttons' },
        textButton('Accept', () => people.answer(jid, true), 'primary'),
        textButton('Decline', () => people.answer(jid, false)),
      ),
    );
  }

  function update(): void {
    const now = [...people.requests].join('\n');
    if (now === shown) return;
    shown = now;
    root.replaceChildren(...[...people.requests].map(request));
  }

  return { root, update };
}
