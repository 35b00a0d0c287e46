// @ts-check
// What a CommonJS program gets: the same modules, at once.
const { ClientXMPP } = require('@sestina/client');
const { JID } = require('@sestina/core');
const { Ping } = require('@sestina/xep-0199');

const xmpp = new ClientXMPP({ jid: 'romeo@montague.example', password: 'secret' });
if (!(xmpp.use(Ping) instanceof Ping)) throw new Error('the plugin is not installed');
if (JID.from('romeo@montague.example/orchard').bare.full !== String(xmpp.requestedJid))
  throw new Error('another address');
void xmpp.dispose();
