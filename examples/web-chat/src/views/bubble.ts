import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import type { Conversation } from '../store/conversation.js';
import type { Delivery, Line } from '../store/line.js';
import { actionsFor } from './actions.js';
import { attachmentFor, uploadFor } from './attachment.js';
import { avatar } from './avatar.js';
import { textButton } from './button.js';
import type { LogActions } from './log.js';
import { wordsOf } from './preview.js';
import { reactionsOf } from './reactions.js';
import { textOf } from './text.js';
import { fullTimeOf, timeOf } from './times.js';

/** A message on the screen. */
export interface Bubble {
  readonly root: HTMLElement;
  /** @param follows Whether it stands together with the one above it. */
  update(line: Line, follows: boolean): void;
}

/** What becomes of a message of ours, as it is read out. */
const STATES: Readonly<Record<Delivery, string>> = {
  displayed: 'Seen',
  failed: 'Not delivered',
  received: 'Delivered',
  sent: 'Sent',
  waiting: 'Waiting',
};
const TICKS: Readonly<Record<Delivery, string>> = {
  displayed: '✓✓',
  failed: '!',
  received: '✓✓',
  sent: '✓',
  waiting: '…',
};

export function bubbleFor(session: Session, conversation: Conversation, key: string, log: LogActions): Bubble {
  const body = element('div', { className: 'bubble', tabIndex: -1, data: { key } });
  const side = element('span', { className: 'face' });
  const root = element('div', { className: 'said' }, side, body);
  let shown: Line | undefined;
  let followed: boolean | undefined;
  let answered: Line | undefined;
  return { root, update };

  function update(line: Line, follows: boolean): void {
    const answers = line.answers === undefined ? undefined : conversation.get(line.answers);
    if (line === shown && follows === followed && answers === answered) return;
    shown = line;
    followed = follows;
    answered = answers;
    root.className = `said${line.mine ? ' mine' : ''}${follows ? ' follows' : ''}`;
    body.className = `bubble${line.mine ? ' mine' : ''}${line.retracted ? ' retracted' : ''}`;
    if (line.mine) body.dataset['state'] = line.state;
    side.replaceChildren(...face(line, follows));
    body.replaceChildren(...content(line, follows, answers));
  }

  function face(line: Line, follows: boolean): HTMLElement[] {
    if (conversation.kind !== 'room' || line.mine || follows) return [];
    return [avatar(line.speaker.id, line.speaker.name, session.avatars.of(line.speaker.id))];
  }

  function content(line: Line, follows: boolean, answers: Line | undefined): HTMLElement[] {
    const parts: HTMLElement[] = [];
    if (conversation.kind === 'room' && !line.mine && !follows) parts.push(speakerOf(line));
    if (answers) parts.push(quoteOf(answers));
    line.files.forEach((_file, index) => void parts.push(attachmentFor(session, conversation, line, index)));
    if (line.upload) parts.push(uploadFor(session, conversation, line.key, line.upload));
    if (line.retracted) parts.push(element('p', {}, 'This message was deleted'));
    else if (line.text !== '') parts.push(element('p', { dir: 'auto' }, textOf(line.text, line.unstyled)));
    parts.push(footer(line));
    if (line.refused !== '') parts.push(element('p', { className: 'error', attrs: { role: 'alert' } }, line.refused));
    if (line.reactions.size > 0) parts.push(reactionsOf(session, conversation, line));
    if (!line.retracted) parts.push(actionsFor(session, conversation, line, log));
    return parts;
  }

  function quoteOf(line: Line): HTMLElement {
    const quote = element(
      'button',
      { type: 'button', className: 'quote', attrs: { 'aria-label': 'Go to the message that this one answers' } },
      element('bdi', { className: 'name' }, line.speaker.name),
      element('span', { className: 'words', dir: 'auto' }, wordsOf(line)),
    );
    quote.addEventListener('click', () => {
      const target = root.parentElement?.querySelector<HTMLElement>(`[data-key="${CSS.escape(line.key)}"]`);
      target?.scrollIntoView({ block: 'center' });
      target?.focus();
    });
    return quote;
  }

  function footer(line: Line): HTMLElement {
    const time = element('time', { dateTime: line.at.toISOString(), title: fullTimeOf(line.at) }, timeOf(line.at));
    const edited = line.edited && !line.retracted ? element('span', {}, 'edited') : undefined;
    const foot = element('small', {}, edited, time);
    if (line.mine) foot.append(stateOf(line));
    if (line.state === 'failed') foot.append(textButton('Try again', () => retry(line)));
    return foot;
  }

  function retry(line: Line): void {
    if (line.upload) session.files.retry(conversation, line.key);
    else session.outgoing.retry(conversation, line);
  }

  function stateOf({ state, reason }: Line): HTMLElement {
    const offline = state === 'waiting' && session.connection.state.kind !== 'online';
    const words = offline ? 'Offline, will be sent' : STATES[state];
    const inWords = offline || state === 'failed';
    const title = reason === '' ? words : `${words}: ${reason}`;
    const made = element('span', { className: 'state', title, data: { state } });
    if (inWords) made.textContent = words;
    else
      made.append(
        element('span', { className: 'read-out' }, words),
        element('span', { className: 'ticks', attrs: { 'aria-hidden': 'true' } }, TICKS[state]),
      );
    return made;
  }
}

function speakerOf({ speaker }: Line): HTMLElement {
  return element('bdi', { className: 'speaker', title: speaker.id }, speaker.name);
}
