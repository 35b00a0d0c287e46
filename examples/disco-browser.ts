// Shows what an entity is and can do, and what it offers, two levels deep: disco-browser.ts [address]
import { ClientXMPP } from '@sestina/client';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { accountFromEnvironment } from './account.js';

const xmpp = new ClientXMPP({ ...accountFromEnvironment('disco-browser'), reconnect: false });
const disco = xmpp.use(ServiceDiscovery);
await xmpp.connect();
await show(process.argv[2] ?? xmpp.serverDomain, 0);
await xmpp.disconnect();

async function show(address: string, depth: number): Promise<void> {
  const indent = '  '.repeat(depth);
  try {
    const info = await disco.info(address);
    console.log(`${indent}${address}`);
    for (const { category, type, name } of info.identities) {
      console.log(`${indent}  is ${category}/${type}${name ? ` "${name}"` : ''}`);
    }
    for (const feature of [...info.features].sort()) console.log(`${indent}  can ${feature}`);
    if (depth >= 2) return;
    for (const item of await disco.items(address)) await show(item.jid.toString(), depth + 1);
  } catch (error) {
    console.log(`${indent}${address}: ${error instanceof Error ? error.message : error}`);
  }
}
