import type { JID } from '../jid/index.js';
import type { LocalAddresses } from './iq/pending-requests.js';

/**
 * Whose word a stanza from there is: that of our account, which its server speaks for, or that of the server itself. A resource of our
 * account is somebody else: another program. What comes to a component without a sender comes from its server.
 * @param to The address of a component that it came for, whose account is meant.
 */
export function vouches(self: LocalAddresses, from: JID | undefined, to?: JID): 'account' | 'server' | undefined {
  const { boundJid, isComponent, requestedJid, serverDomain } = self;
  if (!from) return isComponent ? 'server' : 'account';
  const account = (isComponent ? to : undefined) ?? boundJid ?? requestedJid;
  if (from.full === account.bare.full) return 'account';
  return from.full === serverDomain ? 'server' : undefined;
}
