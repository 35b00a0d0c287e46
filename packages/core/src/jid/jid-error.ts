import { quoted } from '@sestina/xml';
import { SestinaError } from '../errors.js';
import type { PrecisReason } from '../precis/precis-error.js';
import type { DomainFault } from './domain.js';

/** The part of a JID that is at fault; `jid` where it is the whole. */
export type JidPart = 'jid' | 'local' | 'domain' | 'resource';

/**
 * Why a string is no JID. In addition to those of PRECIS: `label`, a label of the domain that IDNA2008 does not allow;
 * `address`, an IP literal that is none; `edge-space`, a space at an end of a localpart, which XEP-0106 cannot escape.
 */
export type JidReason = PrecisReason | DomainFault | 'edge-space';

const EXPLANATIONS: Readonly<Record<JidReason, string>> = {
  empty: 'is empty',
  'too-long': 'is too long: 1023 bytes of UTF-8 are allowed per part',
  disallowed: 'has a character that is not allowed there',
  context: 'has a character that is not allowed next to its neighbours',
  direction: 'mixes writing directions',
  unstable: 'has no stable normal form',
  label: 'is no host name: letters, digits and inner hyphens between dots, or an IPv6 address in brackets',
  address: 'is no IPv6 address in brackets',
  'edge-space': 'begins or ends with a space, which cannot be escaped: trim it',
};

/** A string that is no JID (RFC 7622). */
export class JidError extends SestinaError {
  static override readonly name: string = 'JidError';
  readonly code = 'ERR_JID';
  /** What was given, cut to 100 characters. */
  readonly input: string;

  constructor(
    input: string,
    readonly part: JidPart,
    readonly reason: JidReason,
  ) {
    const shown = input.slice(0, 100);
    const where = part === 'jid' ? 'it' : `the ${part}part`;
    const hint =
      part === 'local' && reason === 'disallowed' ? '; escapeLocal() makes a localpart of what a user typed' : '';
    super(`not a JID: ${quoted(shown)}: ${where} ${EXPLANATIONS[reason]}${hint}`);
    this.input = shown;
  }
}
