// Keeps agendas in rooms, and offers a command with a form to admins. SESTINA_ROOMS and SESTINA_ADMINS are lists of addresses. Stops at Ctrl-C.
import { JID } from '@sestina/core';
import { accountFromEnvironment } from './account.js';
import { agendaBot } from './agenda.js';

const list = (text = '') =>
  text
    .split(/[\s,]+/)
    .filter((address) => address !== '')
    .map((address) => JID.parse(address));
const { SESTINA_ROOMS, SESTINA_ADMINS } = process.env;
const xmpp = agendaBot(accountFromEnvironment('room-bot'), list(SESTINA_ROOMS), list(SESTINA_ADMINS));
xmpp.on('roomJoined', ({ room }) => console.log(`in ${room.jid} as ${room.nick}`));
xmpp.on('error', ({ error }) => console.log(error.message));
await xmpp.connect();
console.log(`${xmpp.boundJid} is listening`);
process.once('SIGINT', () => void xmpp.disconnect());
