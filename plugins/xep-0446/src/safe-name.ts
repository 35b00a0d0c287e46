// Controls, what is invisible or turns the direction of writing, private characters, halves of pairs, lines and paragraphs.
const HARMFUL = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;
// What one of the file systems in use gives a meaning to.
const RESERVED = /[<>:"|?*/\\]/g;
// Names that are devices on Windows, with any extension.
const DEVICE = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?=\.|$)/i;
const MOST_BYTES = 120;
const EXTENSION_BYTES = 20;

/**
 * A file name that can be used on any file system, made of one that a stranger has sent: without folders, control characters, what turns the
 * direction of writing (`photo\u202Egpj.exe`), names of devices, and dots or blanks at its ends; of 120 bytes at most, with the extension kept.
 */
export function safeName(name: string | undefined): string {
  // No more than can be shown is looked at.
  const cut = (name ?? '').slice(-10_000);
  const base = cut.slice(Math.max(cut.lastIndexOf('/'), cut.lastIndexOf('\\')) + 1);
  const plain = trimmed(base.normalize('NFC').replace(HARMFUL, '').replace(RESERVED, '_'));
  return shortened(DEVICE.test(plain) ? `_${plain}` : plain) || 'file';
}

// A dot at the beginning hides a file; Windows takes off dots and blanks at the end.
const trimmed = (name: string): string => name.replace(/^[.\s]+/, '').replace(/[.\s]+$/, '');

function shortened(name: string): string {
  if (bytesOf(name) <= MOST_BYTES) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && bytesOf(name.slice(dot)) <= EXTENSION_BYTES ? name.slice(dot) : '';
  const room = MOST_BYTES - bytesOf(extension);
  let stem = '';
  let bytes = 0;
  // There is no room for all that stands before the extension.
  for (const character of name) {
    bytes += bytesOf(character);
    if (bytes > room) break;
    stem += character;
  }
  return trimmed(stem) + extension;
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
