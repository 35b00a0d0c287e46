import { JID, SestinaError } from '@sestina/core';

/** What a JID should be; only what is given is checked. `local: undefined` asks for a JID without one. */
export interface JidExpectation {
  full?: string;
  bare?: string;
  local?: string | undefined;
  domain?: string;
  resource?: string | undefined;
}

/** A JID is not what it should be; the message lists every part that differs. */
export class JidDifferenceError extends SestinaError {
  static override readonly name: string = 'JidDifferenceError';
  readonly code = 'ERR_JID_DIFFERENCE';
}

/**
 * Asserts the parts of a JID.
 * @throws JidDifferenceError; what `JID.parse` throws where a string is no JID.
 */
export function checkJid(jid: JID | string, expected: JidExpectation): void {
  const parsed = typeof jid === 'string' ? JID.parse(jid) : jid;
  const actual: Record<keyof JidExpectation, string | undefined> = {
    full: String(parsed),
    bare: String(parsed.bare),
    local: parsed.local || undefined,
    domain: parsed.domain,
    resource: parsed.resource || undefined,
  };
  const differences = (Object.keys(expected) as (keyof JidExpectation)[])
    .filter((part) => actual[part] !== (expected[part] || undefined))
    .map((part) => `${part} is ${actual[part] ?? 'none'}, not ${expected[part] || 'none'}`);
  if (differences.length > 0) throw new JidDifferenceError(`${String(parsed)}: ${differences.join('; ')}`);
}
