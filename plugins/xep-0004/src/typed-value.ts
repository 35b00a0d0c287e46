import { bool, type Codec, type JID, jid } from '@sestina/core';

export const FIELD_TYPES = [
  'boolean',
  'fixed',
  'hidden',
  'jid-multi',
  'jid-single',
  'list-multi',
  'list-single',
  'text-multi',
  'text-private',
  'text-single',
] as const;

/** What a field asks for (XEP-0004 §3.3). */
export type FieldType = (typeof FIELD_TYPES)[number];

/** What of a field its value depends on. */
interface FieldText {
  readonly type: FieldType;
  readonly value: string | undefined;
  readonly values: readonly string[];
}

/** What there is where a value is not of the field's type. */
interface Malformed {
  /** The values that are not: `value` is without them. A form of strangers is shown all the same. */
  readonly malformed: readonly string[];
}

/** The values of a field, by its type. */
export type TypedValue =
  | ({ readonly type: 'boolean' /** False where there is none. */; readonly value: boolean | undefined } & Malformed)
  | { readonly type: 'fixed' | 'text-multi' /** Lines joined by `\n`. */; readonly value: string }
  | { readonly type: 'hidden' | 'list-multi'; readonly value: readonly string[] }
  | ({ readonly type: 'jid-multi'; readonly value: readonly JID[] } & Malformed)
  | ({ readonly type: 'jid-single'; readonly value: JID | undefined } & Malformed)
  | { readonly type: 'list-single' | 'text-private' | 'text-single'; readonly value: string | undefined };

/** Never throws: of a form that people look at, one odd field must not hide the others. */
export function typedValue(field: FieldText): TypedValue {
  const { type, values, value } = field;
  switch (type) {
    case 'boolean': {
      const { read, malformed } = readAll(value === undefined ? [] : [value], bool);
      return { type, value: value === undefined ? false : read[0], malformed };
    }
    case 'fixed':
    case 'text-multi':
      return { type, value: values.join('\n') };
    case 'hidden':
    case 'list-multi':
      return { type, value: values };
    case 'jid-single': {
      const { read, malformed } = readAll(value ? [value] : [], jid);
      return { type, value: read[0], malformed };
    }
    case 'jid-multi': {
      const { read, malformed } = readAll(values, jid);
      return { type, value: distinct(read), malformed };
    }
    default:
      return { type, value };
  }
}

function readAll<T>(values: readonly string[], codec: Codec<T, never>): { read: T[]; malformed: string[] } {
  const read: T[] = [];
  const malformed: string[] = [];
  for (const raw of values) {
    const value = codec.decode(raw);
    if (value === undefined) malformed.push(raw);
    else read.push(value);
  }
  return { read, malformed };
}

/** Each address once: duplicates are to be ignored (XEP-0004 §3.3). */
export function distinct(jids: readonly JID[]): JID[] {
  return [...new Map(jids.map((each) => [each.full, each])).values()];
}
