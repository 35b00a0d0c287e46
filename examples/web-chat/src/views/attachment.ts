import { element } from '../dom.js';
import { reasonOf } from '../reason.js';
import type { Session } from '../session/session.js';
import type { Conversation } from '../store/conversation.js';
import type { Attachment, Line, Upload } from '../store/line.js';
import { iconButton } from './button.js';
import { icon } from './icons.js';

const UNITS = ['bytes', 'kB', 'MB', 'GB'] as const;

export function sizeOf(bytes: number): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const number = bytes / 1_000 ** step;
  return `${step === 0 ? number : number.toFixed(number < 10 ? 1 : 0)} ${UNITS[step]}`;
}

/** A file that somebody shares: a picture, once it is loaded, or what it is called and how large it is. */
export function attachmentFor(session: Session, conversation: Conversation, line: Line, index: number): HTMLElement {
  const file = line.files[index] as Attachment;
  const { name, type, size, url } = file;
  if (url !== undefined && type.startsWith('image/')) {
    const picture = element('img', { src: url, alt: name, className: 'picture' });
    return element('a', { href: url, download: name, title: `Save ${name}` }, picture);
  }
  if (url !== undefined)
    return card(file, element('a', { href: url, download: name, className: 'quiet load' }, 'Save'));
  const error = element('span', { className: 'trouble-text', attrs: { role: 'alert' } });
  const label = type.startsWith('image/') ? 'Show' : 'Load';
  const load = element('button', { type: 'button', className: 'quiet load' }, label);
  load.setAttribute('aria-label', `${label} ${name}${size === undefined ? '' : `, ${sizeOf(size)}`}`);
  load.addEventListener('click', () => void fetch());
  if (session.files.isHarmless(conversation, line, file)) void fetch();
  return card(file, load, error);

  async function fetch(): Promise<void> {
    load.disabled = true;
    error.textContent = '';
    try {
      await session.files.load(conversation, line.key, index);
    } catch (reason) {
      error.textContent = reasonOf(reason);
      load.disabled = false;
    }
  }
}

function card({ name, size }: Attachment, ...more: readonly Node[]): HTMLElement {
  return cardWith(name, size === undefined ? 'Size not known' : sizeOf(size), ...more);
}

function cardWith(name: string, words: string, ...more: readonly Node[]): HTMLElement {
  return element(
    'div',
    { className: 'file' },
    element('span', { className: 'file-sign' }, icon('file')),
    element(
      'span',
      { className: 'about' },
      element('bdi', { className: 'name', title: name }, name),
      element('span', { className: 'status-text' }, words),
    ),
    ...more,
  );
}

/** A file of ours on its way up. */
export function uploadFor(session: Session, conversation: Conversation, key: string, upload: Upload): HTMLElement {
  const { name, size, sent } = upload;
  const bar = element('progress', {
    max: Math.max(size, 1),
    value: sent,
    attrs: { 'aria-label': `Upload of ${name}` },
  });
  const cancel = iconButton('close', 'Cancel the upload', () => session.files.cancel(conversation, key));
  const words = `${sizeOf(sent)} of ${sizeOf(size)}`;
  return element('div', { className: 'upload' }, cardWith(name, words, cancel), bar);
}
