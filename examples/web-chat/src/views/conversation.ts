import type { Line } from '../conversations.js';
import { element } from '../dom.js';
import type { Session } from '../session.js';
import { avatar } from './avatar.js';
import { presenceOf } from './presence.js';
import type { View } from './view.js';

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const STATES = { failed: 'not sent', sent: '', waiting: 'waiting' } as const;

function bubble({ mine, body, at }: Line): HTMLElement {
  return element(
    'div',
    { className: mine ? 'bubble mine' : 'bubble' },
    element('p', {}, body),
    element('time', { dateTime: at.toISOString() }, TIME.format(at)),
  );
}

/** What was said with one contact, and the field to say more. */
export function conversationView(session: Session, jid: string): View {
  const name = element('h2');
  const status = element('span', { className: 'status-text' });
  const back = element('button', { type: 'button', className: 'quiet back' }, '‹');
  back.setAttribute('aria-label', 'Back to the contacts');
  back.addEventListener('click', () => session.open(undefined));
  const log = element('div', { className: 'log', tabIndex: 0, attrs: { role: 'log', 'aria-label': 'Messages' } });
  const bubbles = new Map<Line, HTMLElement>();
  const text = element('textarea', { rows: 1, placeholder: 'Write a message' });
  text.setAttribute('aria-label', 'Message');
  const send = element('button', { type: 'submit', className: 'primary' }, 'Send');
  const form = element('form', { className: 'composer' }, text, send);
  text.addEventListener('keydown', (event) => {
    // Enter also ends the choice of a character in an input method.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (text.value.trim() === '') return;
    session.send(jid, text.value);
    text.value = '';
  });
  const root = element(
    'section',
    { className: 'conversation', data: { jid } },
    element('header', {}, back, avatar(jid, jid), element('div', { className: 'about' }, name, status)),
    log,
    form,
  );
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') session.open(undefined);
  });

  function update(): void {
    const contact = session.contact(jid);
    const presence = presenceOf(contact);
    name.textContent = contact?.name || jid;
    status.textContent = presence.text;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    let more = false;
    for (const line of session.conversations.get(jid).lines) {
      let shown = bubbles.get(line);
      if (!shown) {
        shown = bubble(line);
        bubbles.set(line, shown);
        log.append(shown);
        more = true;
      }
      shown.dataset['state'] = STATES[line.state];
    }
    if (more && atEnd) log.scrollTop = log.scrollHeight;
  }

  return { root, update };
}
