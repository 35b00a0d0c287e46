import type { JID } from '../jid/index.js';
import type { LocalAddresses } from './iq/pending-requests.js';
import type { Roster } from './presence/index.js';
import { vouches } from './vouches.js';

/**
 * Who may know something, or gets an answer. `account`: our account with all of its devices. `contacts`: these, our server, and those
 * who may see our presence. A function decides for itself; what it throws counts as no.
 */
export type Audience =
  | 'account'
  | 'contacts'
  | 'everybody'
  | 'nobody'
  | ((from: JID | undefined, to: JID | undefined) => boolean | Promise<boolean>);

/** What audiences ask of their connection. */
export interface AudienceHost extends LocalAddresses {
  readonly account: JID;
  readonly roster: Roster;
  reportError(error: unknown, where: string): void;
}

/** Whether that one belongs to an audience. Never rejects: what cannot be found out is a no, and is reported. */
export async function admits(
  host: AudienceHost,
  audience: Audience,
  from: JID | undefined,
  to: JID | undefined,
): Promise<boolean> {
  if (audience === 'everybody' || audience === 'nobody') return audience === 'everybody';
  const owner = (host.isComponent ? to?.bare : undefined) ?? host.account;
  try {
    if (typeof audience === 'function') return (await audience(from, to)) === true;
    const voucher = vouches(host, from, to);
    if (voucher === 'account' || from?.bare.equals(owner)) return true;
    if (audience === 'account' || !from) return audience === 'contacts';
    return voucher === 'server' || (await host.roster.lets(owner, from));
  } catch (error) {
    host.reportError(error, `whether ${from} may know of ${to ?? owner}`);
    return false;
  }
}
