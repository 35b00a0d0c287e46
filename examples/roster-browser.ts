// Prints the contacts of an account by group, with who is online: waits a moment for their presence.
import { ClientXMPP } from '@sestina/client';
import { accountFromEnvironment } from './account.js';

const xmpp = new ClientXMPP({ ...accountFromEnvironment('roster-browser'), reconnect: false });
xmpp.on('gotOnline', ({ jid }) => console.log(`${jid} is there`));

await xmpp.connect();
const roster = await xmpp.getRoster();
// Below zero, so that nobody's messages come here.
xmpp.sendPresence({ priority: -1 });
await new Promise((resolve) => setTimeout(resolve, 1_000));

console.log(`${roster.owner} has ${roster.size} contact(s)`);
for (const [group, items] of [...roster.groups()].sort()) {
  console.log(`\n${group || '(no group)'}`);
  for (const item of items) {
    // Also who is there only with a negative priority, and gets no messages, is there.
    const here = item.best ?? [...item.resources.values()].at(-1);
    const state = here ? (here.show ?? 'online') : 'offline';
    const asked = item.ask ? ', asked' : '';
    console.log(`  ${item.name || item.jid} <${item.jid}> ${state} (subscription: ${item.subscription}${asked})`);
  }
}
await xmpp.disconnect();
