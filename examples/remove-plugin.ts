// A plugin is removed while the stream is alive: lists features and handlers before and after.
import { ClientXMPP } from '@sestina/client';
import { MemoryServer } from '@sestina/testing';
import { EntityCapabilities } from '@sestina/xep-0115';
import { Ping } from '@sestina/xep-0199';

const server = new MemoryServer({ domain: 'capulet.example', users: { juliet: 'rose' } });
const xmpp = new ClientXMPP({ jid: 'juliet@capulet.example', password: 'rose', transports: server.transports });
xmpp.use(EntityCapabilities);
xmpp.use(Ping);
await xmpp.connect();
xmpp.sendPresence();

show('before');
xmpp.remove(Ping);
show('without Ping');
xmpp.remove(EntityCapabilities);
show('without EntityCapabilities');

// The stream goes on: what nobody answers now gets an error, and the connection stays.
const roster = await xmpp.getRoster();
console.log(`\nstill ${xmpp.state}, with ${roster.size} contacts`);
await xmpp.disconnect();
await server.stop();

function show(when: string): void {
  console.log(`\n${when}`);
  console.log('  plugins: ', xmpp.plugins.ids.join(', ') || '-');
  console.log('  features:', [...xmpp.advertised].sort().join(', ') || '-');
  console.log('  answers: ', xmpp.handledRequests.join(', ') || '-');
  console.log('  handlers:', xmpp.handlers.join(', ') || '-');
}
