import { ClientXMPP } from '@sestina/client';
import { SilentLogger } from '@sestina/core';
import type { FoundPlugin } from './packages.js';

/** What a plugin announces by itself, and not what others do that it needs. */
export function announced({ plugin, declaration }: FoundPlugin): string[] {
  const xmpp = new ClientXMPP({ jid: 'alice@example.org', password: 'secret', logger: new SilentLogger() });
  for (const needed of declaration?.needs ?? []) xmpp.use(needed);
  const found: string[] = [];
  const { advertise } = xmpp;
  xmpp.advertise = (feature) => {
    if (xmpp.plugins.installing === plugin.id) found.push(feature);
    return advertise.call(xmpp, feature);
  };
  xmpp.use(plugin, declaration?.options);
  return found;
}
