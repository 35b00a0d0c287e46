// @ts-check
// Two clients log in, one says something, the other answers: node exchange.mjs '{ "service": … }'
import { ClientXMPP } from '@sestina/client';
import { MemoryServer } from '@sestina/testing';

/**
 * @typedef {object} Settings
 * @property {string} [service] Where to connect. Default: a server in memory.
 * @property {string} [ca] Whom to trust there, PEM.
 * @property {readonly { jid: string, password: string }[]} users
 */

/** @type {Settings} */
const { service, ca, users } = JSON.parse(process.argv[2] ?? '{}');
const [romeo, juliet] = users;
if (!romeo || !juliet) throw new Error('two users are needed');

const accounts = Object.fromEntries(users.map(({ jid, password }) => [jid.split('@')[0], password]));
const [, domain = ''] = romeo.jid.split('@');
const memory = service === undefined ? new MemoryServer({ domain, users: accounts }) : undefined;

/** @param {{ jid: string, password: string }} user */
const clientOf = (user) =>
  new ClientXMPP({ ...user, ...(memory ? { transports: memory.transports } : { service, tls: { ca } }) });

const [caller, echo] = [clientOf(romeo), clientOf(juliet)];
echo.on('message', (message) => void message.reply(`You said: ${message.body}`).send());
await Promise.all([caller.connect(), echo.connect()]);

const answer = caller.wait('message', { timeout: 5_000 });
caller.sendMessage({ to: echo.boundJid, type: 'chat', body: 'Hello' });
const { body } = await answer;
if (body !== 'You said: Hello') throw new Error(`an unexpected answer: ${body}`);
if (!memory && !caller.transport?.secure) throw new Error('the connection is not encrypted');

await Promise.all([caller.dispose(), echo.dispose()]);
await memory?.stop();
