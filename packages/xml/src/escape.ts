import { SestinaError } from './errors.js';
import { shown } from './quoted.js';

/** Where in an element the thing is that XML cannot hold. */
export type SerializePart = 'element' | 'attribute' | 'namespace' | 'text';

/** Something cannot be written as XML: nothing of it has been sent. */
export class SerializeError extends SestinaError {
  static override readonly name: string = 'SerializeError';
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

// Most text and nearly all attribute values stand as they are: a quick test for what may not, and then one pass.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const TEXT = /[&<>\u0000-\u0008\u000b-\u001f\ud800-\udfff\ufffe\uffff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const IN_TEXT = /[&<>\u0000-\u0008\u000b-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ATTRIBUTE = /[&<>"'\u0000-\u001f\ud800-\udfff\ufffe\uffff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const IN_ATTRIBUTE = /[&<>"'\u0000-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** Text as it stands between tags. @throws SerializeError */
export function escapeText(text: string, element: string): string {
  if (!TEXT.test(text)) return text;
  // A raw carriage return would come out as a line feed (XML 1.0 §2.11).
  return text.replace(IN_TEXT, (character) => escapeCharacter(character) ?? refuse('text', element));
}

/** A value as it stands in quotes, of either kind. @throws SerializeError */
export function escapeAttribute(value: string, element: string, part: SerializePart = 'attribute'): string {
  if (!ATTRIBUTE.test(value)) return value;
  // Raw white space other than spaces would come out as spaces (XML 1.0 §3.3.3).
  return value.replace(IN_ATTRIBUTE, (character) => escapeCharacter(character) ?? refuse(part, element));
}

/** Undefined for what XML cannot hold. */
function escapeCharacter(character: string): string | undefined {
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
    case '\t':
      return '&#x9;';
    case '\n':
      return '&#xA;';
    case '\r':
      return '&#xD;';
    default:
      return undefined;
  }
}

function refuse(part: SerializePart, element: string): never {
  throw new SerializeError(
    part,
    element,
    `${part} of <${shown(element, 64)}> holds a character that XML cannot: a control character, U+FFFE, U+FFFF or half ` +
      'a surrogate pair. Remove it, or send it as base64',
  );
}
