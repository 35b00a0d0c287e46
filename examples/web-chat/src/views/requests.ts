import { element } from '../dom.js';
import type { Session } from '../session.js';
import type { View } from './view.js';

/** Who asks to see whether we are there. */
export function requestsView(session: Session): View {
  const root = element('div', { className: 'requests' });
  let shown = '';

  function request(jid: string): HTMLElement {
    const yes = element('button', { type: 'button', className: 'primary' }, 'Accept');
    const no = element('button', { type: 'button', className: 'quiet' }, 'Decline');
    yes.addEventListener('click', () => session.answer(jid, true));
    no.addEventListener('click', () => session.answer(jid, false));
    return element(
      'div',
      { className: 'request', attrs: { role: 'group', 'aria-label': `Request of ${jid}` } },
      element('p', {}, element('strong', {}, jid), ' wants to be your contact.'),
      element('p', { className: 'buttons' }, yes, no),
    );
  }

  function update(): void {
    const now = [...session.requests].join('\n');
    if (now === shown) return;
    shown = now;
    root.replaceChildren(...[...session.requests].map(request));
  }

  return { root, update };
}
