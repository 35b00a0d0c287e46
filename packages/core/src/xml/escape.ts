import { SestinaError } from '../errors.js';
import { isValidXmlText } from './names.js';

/** Where in an element the thing is that XML cannot hold. */
export type SerializePart = 'element' | 'attribute' | 'namespace' | 'text';

/** Something cannot be written as XML: nothing of it has been sent. */
export class SerializeError extends SestinaError {
  readonly code = 'ERR_SERIALIZE';

  constructor(
    readonly part: SerializePart,
    /** Local name of the element. */
    readonly element: string,
    message: string,
  ) {
    super(message);
  }
}

// One test each for what needs a second look: most text and nearly all attribute values do not.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const TEXT = /[&<>\u0000-\u0008\u000b-\u001f\ud800-\udfff\ufffe\uffff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ATTRIBUTE = /[&<>"'\u0000-\u001f\ud800-\udfff\ufffe\uffff]/;

/** Text as it stands between tags. @throws SerializeError */
export function escapeText(text: string, element: string): string {
  if (!TEXT.test(text)) return text;
  check(text, 'text', element);
  // A raw carriage return would come out as a line feed (XML 1.0 §2.11).
  return text.replace(/[&<>\r]/g, escapeCharacter);
}

/** A value as it stands in quotes, of either kind. @throws SerializeError */
export function escapeAttribute(value: string, element: string, part: SerializePart = 'attribute'): string {
  if (!ATTRIBUTE.test(value)) return value;
  check(value, part, element);
  // Raw white space other than spaces would come out as spaces (XML 1.0 §3.3.3).
  return value.replace(/[&<>"'\t\n\r]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '"':
      return '&quot;';
    case "'":
      return '&apos;';
    default:
      return `&#${character.charCodeAt(0)};`;
  }
}

function check(value: string, part: SerializePart, element: string): void {
  if (isValidXmlText(value)) return;
  throw new SerializeError(
    part,
    element,
    `${part} of <${printable(element)}> holds a character that XML cannot: a control character, U+FFFE, U+FFFF or half ` +
      'a surrogate pair. Remove it, or send it as base64',
  );
}

/** For messages: a name that is wrong can be anything. */
export function printable(name: string): string {
  return JSON.stringify(name.slice(0, 64)).slice(1, -1);
}
