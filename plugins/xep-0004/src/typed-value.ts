import { bool, type Codec, type JID, jid, StanzaValueError, type XmlElement } from '@sestina/core';

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
  readonly xml: XmlElement;
  readonly var: string | undefined;
  readonly type: FieldType;
  readonly value: string | undefined;
  readonly values: readonly string[];
}

/** The values of a field, by its type. */
export type TypedValue =
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'fixed' | 'text-multi' /** Lines joined by `\n`. */; readonly value: string }
  | { readonly type: 'hidden' | 'list-multi'; readonly value: readonly string[] }
  | { readonly type: 'jid-multi'; readonly value: readonly JID[] }
  | { readonly type: 'jid-single'; readonly value: JID | undefined }
  | { readonly type: 'list-single' | 'text-private' | 'text-single'; readonly value: string | undefined };

/** @throws StanzaValueError where the values are not of the field's type. */
export function typedValue(field: FieldText): TypedValue {
  const { type, values, value } = field;
  switch (type) {
    case 'boolean':
      return { type, value: value === undefined ? false : decode(field, value, bool) };
    case 'fixed':
    case 'text-multi':
      return { type, value: values.join('\n') };
    case 'hidden':
    case 'list-multi':
      return { type, value: values };
    case 'jid-single':
      return { type, value: value ? decode(field, value, jid) : undefined };
    case 'jid-multi':
      return { type, value: distinct(values.map((raw) => decode(field, raw, jid))) };
    default:
      return { type, value };
  }
}

/** Each address once: duplicates are to be ignored (XEP-0004 §3.3). */
export function distinct(jids: readonly JID[]): JID[] {
  return [...new Map(jids.map((each) => [each.full, each])).values()];
}

function decode<T>(field: FieldText, raw: string, codec: Codec<T, never>): T {
  const value = codec.decode(raw);
  if (value === undefined) throw new StanzaValueError(field.xml, `field "${field.var ?? ''}"`, raw, codec.expects);
  return value;
}
