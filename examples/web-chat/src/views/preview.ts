import { plain } from '@sestina/xep-0393';
import type { Conversation } from '../store/conversation.js';
import type { Line } from '../store/line.js';

/** A message in one line. */
export function previewOf(line: Line, kind: Conversation['kind']): string {
  const who = line.mine ? 'You: ' : kind === 'room' ? `${line.speaker.name}: ` : '';
  return `${who}${wordsOf(line)}`;
}

/** What a message says, in one line and without styles. */
export function wordsOf({ text, unstyled, retracted, files, upload }: Line): string {
  if (retracted) return 'This message was deleted';
  const [file] = files;
  if (upload) return upload.name;
  if (file) return file.name;
  return plain(text, { unstyled }).replace(/\s+/gu, ' ').slice(0, 200);
}
