import { element } from '../dom.js';
import type { Session } from '../session/session.js';
import type { Conversation } from '../store/conversation.js';
import type { Line } from '../store/line.js';
import { iconButton, textButton } from './button.js';
import { icon } from './icons.js';
import { filePicker, takeFiles } from './picker.js';
import { wordsOf } from './preview.js';
import type { View } from './view.js';

/** The field to write in. */
export interface Composer extends View {
  answer(line: Line): void;
  edit(line: Line): void;
  /** Neither answers nor edits any more. @returns whether it did. */
  cancel(): boolean;
  focus(): void;
}

type Purpose = { readonly kind: 'answer' | 'edit'; readonly line: Line };

export function composerView(session: Session, conversation: Conversation): Composer {
  let purpose: Purpose | undefined;
  const about = element('div', { className: 'purpose', hidden: true });
  const text = element('textarea', { rows: 1, placeholder: 'Write a message', dir: 'auto', value: conversation.draft });
  text.setAttribute('aria-label', 'Message');
  const send = element('button', { type: 'submit', className: 'send', title: 'Send', attrs: { 'aria-label': 'Send' } });
  send.append(icon('send'));
  const share = (files: readonly File[]): void => {
    for (const file of files) void session.files.send(conversation, file);
  };
  const line = element('div', { className: 'line' }, filePicker(share), text, send);
  const barred = element('p', { className: 'barred', hidden: true }, 'You have blocked this address. ');
  barred.append(textButton('Unblock', () => void session.blocked.unblock(conversation.jid).catch(() => {})));
  const root = element('form', { className: 'composer' }, about, line, barred);
  takeFiles(text, share);
  text.addEventListener('input', () => {
    conversation.draft = purpose?.kind === 'edit' ? '' : text.value;
    if (text.value !== '') session.typing.typed(conversation);
  });
  text.addEventListener('keydown', (event) => {
    // Enter also ends the choice of a character in an input method.
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      root.requestSubmit();
    } else if (event.key === 'ArrowUp' && text.value === '' && editLast()) event.preventDefault();
  });
  root.addEventListener('submit', (event) => {
    event.preventDefault();
    if (text.value.trim() !== '') say(text.value);
  });
  return { root, update, answer, edit, cancel, focus: () => text.focus() };

  function update(): void {
    barred.hidden = !session.blocked.has(conversation.jid);
    line.hidden = !barred.hidden;
  }

  function say(words: string): void {
    const { outgoing } = session;
    if (purpose?.kind === 'edit') outgoing.correct(conversation, purpose.line.key, words);
    else outgoing.send(conversation, words, purpose?.line.key);
    become(undefined, '');
  }

  function answer(answered: Line): void {
    become({ kind: 'answer', line: answered }, purpose?.kind === 'edit' ? '' : text.value);
    text.focus();
  }

  function edit(edited: Line): void {
    become({ kind: 'edit', line: edited }, edited.text);
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  }

  function editLast(): boolean {
    const last = [...conversation.lines].reverse().find(({ mine, retracted, files, state }) => {
      return mine && !retracted && files.length === 0 && state !== 'failed';
    });
    if (last) edit(last);
    return last !== undefined;
  }

  function cancel(): boolean {
    const had = purpose !== undefined;
    if (had) become(undefined, purpose?.kind === 'edit' ? '' : text.value);
    return had;
  }

  function become(next: Purpose | undefined, words: string): void {
    purpose = next;
    text.value = words;
    conversation.draft = next?.kind === 'edit' ? '' : words;
    about.hidden = !next;
    if (!next) return;
    const title = next.kind === 'edit' ? 'Editing' : `Answering ${next.line.speaker.name}`;
    const close = iconButton('close', next.kind === 'edit' ? 'Do not edit' : 'Do not answer', () => {
      cancel();
      text.focus();
    });
    const excerpt = element('span', { className: 'words', dir: 'auto' }, wordsOf(next.line));
    about.replaceChildren(
      element('div', { className: 'about' }, element('bdi', { className: 'name' }, title), excerpt),
      close,
    );
  }
}
