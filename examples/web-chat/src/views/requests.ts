import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import { textButton } from './button.js';
import type { View } from './view.js';

/** Who asks to see whether we are there, and who invites us to a room. */
export function requestsView({ people, invitations, open }: Session): View {
  const root = element('div', { className: 'requests' });
  let shown = '';

  function card(who: string, words: readonly (Node | string)[], yes: () => void, no: () => void): HTMLElement {
    return element(
      'div',
      { className: 'request', attrs: { role: 'group', 'aria-label': `Request of ${who}` } },
      element('p', {}, bold(who), ...words),
      element('p', { className: 'buttons' }, textButton('Accept', yes, 'primary'), textButton('Decline', no)),
    );
  }

  function update(): void {
    const now = [...people.requests, ...invitations.all.keys()].join('\n');
    if (now === shown) return;
    shown = now;
    const requests = [...people.requests].map((jid) =>
      card(
        jid,
        [' wants to be your contact.'],
        () => people.answer(jid, true),
        () => people.answer(jid, false),
      ),
    );
    const invited = [...invitations.all].map(([room, from]) =>
      card(
        from,
        [' invites you to ', bold(room), '.'],
        () => void invitations.accept(room).then(open, () => {}),
        () => invitations.decline(room),
      ),
    );
    root.replaceChildren(...requests, ...invited);
  }

  return { root, update };
}

function bold(text: string): HTMLElement {
  return element('bdi', { className: 'strong' }, text);
}
