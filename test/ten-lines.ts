// The ten lines of a new user: log in, is the server there, who is in the roster, what can the server do?
import { ClientXMPP } from '@sestina/client';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { Ping } from '@sestina/xep-0199';

const { SESTINA_JID: jid = '', SESTINA_PASSWORD: password, SESTINA_HOST: host, SESTINA_PORT: port } = process.env;
const xmpp = new ClientXMPP({ jid, password, host, port: Number(port) });
const disco = xmpp.use(ServiceDiscovery);
const ping = xmpp.use(Ping);
await xmpp.connect();
console.log(`the server is ${(await ping.ping()).toFixed(1)} ms away`);
for (const contact of await xmpp.getRoster()) console.log(`contact ${contact.jid} ${contact.name}`);
for (const feature of (await disco.info(xmpp.serverDomain)).features) console.log(`feature ${feature}`);
await xmpp.disconnect();
