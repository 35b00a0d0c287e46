import { JidError } from './jid-error.js';

/**
 * Makes of what a user typed, or of an address of another system, a localpart that can be sent (XEP-0106 §4.2):
 * `d'artagnan` becomes `d\27artagnan`. The result still has to be prepared, which `new JID()` does.
 * @throws JidError (`edge-space`) where a space is the first or last character.
 */
export function escapeLocal(text: string): string {
  if (/^ | $/.test(text)) throw new JidError(text, 'local', 'edge-space');
  // A backslash before an uppercase sequence too: preparation makes that sequence lowercase.
  return text.replace(/[ "&'/:<>@]|\\(?=2[0267f]|3[ace]|40|5c)/gi, (char) => `\\${char.charCodeAt(0).toString(16)}`);
}

/**
 * The localpart as it is shown to people (XEP-0106 §3.3). For display only: two JIDs must not be compared in this form,
 * nor is it ever sent. A `\20` at either end is not an escape (§4.1) and stays.
 */
export function unescapeLocal(local: string): string {
  return local.replace(/\\(2[0267f]|3[ace]|40|5c)/g, (sequence, hex: string, offset: number) =>
    hex === '20' && (offset === 0 || offset + 3 === local.length)
      ? sequence
      : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
