import type { Line } from '../conversations.js';
import { element } from '../dom.js';
import type { Session } from '../session.js';
import { avatar, rename } from './avatar.js';
import { presenceOf } from './presence.js';
import type { View } from './view.js';

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const STATES = { failed: 'not delivered', sent: '', waiting: 'waiting' } as const;

interface Bubble {
  readonly root: HTMLElement;
  readonly state: HTMLElement;
}

function bubble({ mine, body, at }: Line): Bubble {
  const state = element('span', { className: 'state' });
  const root = element(
    'div',
    { className: mine ? 'bubble mine' : 'bubble' },
    element('p', { dir: 'auto' }, body),
    element('small', {}, element('time', { dateTime: at.toISOString() }, TIME.format(at)), state),
  );
  return { root, state };
}

/** What was said with one contact, and the field to say more. */
export function conversationView(session: Session, jid: string): View {
  const portrait = avatar(jid, jid);
  const name = element('h2', { dir: 'auto', title: jid });
  const status = element('span', { className: 'status-text', dir: 'auto' });
  const empty = element('p', { className: 'hint' }, 'No messages yet.');
  const back = element('button', { type: 'button', className: 'quiet back' }, '‹');
  back.setAttribute('aria-label', 'Back to the contacts');
  back.addEventListener('click', () => session.open(undefined));
  const log = element(
    'div',
    { className: 'log', tabIndex: 0, attrs: { role: 'log', 'aria-label': 'Messages' } },
    empty,
  );
  const bubbles = new Map<Line, Bubble>();
  /** Whether the end of the log is in sight; it stays there when something takes room from the log, a long draft for example. */
  let atEnd = true;
  const toEnd = (): void => {
    log.scrollTop = log.scrollHeight;
  };
  log.addEventListener('scroll', () => {
    atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  });
  new ResizeObserver(() => {
    if (atEnd) toEnd();
  }).observe(log);
  const text = element('textarea', { rows: 1, placeholder: 'Write a message', dir: 'auto' });
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
    element('header', {}, back, portrait, element('div', { className: 'about' }, name, status)),
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
    rename(portrait, name.textContent);
    status.textContent = presence.text;
    let more = false;
    for (const line of session.conversations.get(jid).lines) {
      let shown = bubbles.get(line);
      if (!shown) {
        shown = bubble(line);
        bubbles.set(line, shown);
        log.append(shown.root);
        empty.remove();
        more = true;
      }
      const state = STATES[line.state];
      shown.root.dataset['state'] = state;
      if (shown.state.textContent !== state) shown.state.textContent = state;
    }
    if (more && atEnd) toEnd();
  }

  return { root, update };
}
