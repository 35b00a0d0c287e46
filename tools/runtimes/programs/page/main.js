// @ts-check
// What a page has of the library, put where the proof finds it.
import { ClientXMPP } from '@sestina/client';
import { Message } from '@sestina/core';
import { WebSocketTransportFactory } from '@sestina/websocket';
// For what it adds to messages alone.
import '@sestina/xep-0203';

/**
 * Two clients exchange a message; a third one has the wrong password.
 * @param {{ service: string, users: readonly [{ jid: string, password: string }, { jid: string, password: string }] }} settings
 */
async function exchange({ service, users: [romeo, juliet] }) {
  const transports = new WebSocketTransportFactory();
  const caller = new ClientXMPP({ ...romeo, service, transports });
  // It finds the WebSocket itself.
  const echo = new ClientXMPP({ ...juliet, service });
  echo.on('message', (message) => void message.reply(`You said: ${message.body}`).send());
  await Promise.all([caller.connect(), echo.connect()]);
  const answer = caller.wait('message', { timeout: 5_000 });
  caller.sendMessage({ to: echo.boundJid, type: 'chat', body: 'Hello' });
  const { body } = await answer;
  const guest = new ClientXMPP({ jid: romeo.jid, password: 'guess', service, transports });
  const refused = await guest.connect().catch((/** @type {Error} */ error) => error);
  await Promise.all([caller.dispose(), echo.dispose(), guest.dispose()]);
  return { body, extended: 'delay' in Message.prototype, refused: String(refused).slice(0, 10) };
}

Object.assign(globalThis, { exchange });
