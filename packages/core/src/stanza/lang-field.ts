import { text } from './codec.js';
import { ValueField } from './field.js';
import { absent, attributeSlot } from './slots.js';

/** The `xml:lang` of an element; of one that was received and has none, that of its stream (RFC 6120 §8.1.5). */
export function inheritedLang(): ValueField<string> {
  const slot = attributeSlot('xml:lang');
  return new ValueField({ ...slot, read: (xml) => xml.lang ?? xml.origin?.lang }, text, absent);
}
