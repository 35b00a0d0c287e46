// @ts-check
import assert from 'node:assert/strict';
import { ClientXMPP } from '@sestina/client';
import { MemoryServer, VirtualClock } from '@sestina/testing';

/** What a test of a bot looks like, whatever runs it. */
export async function repeatsWhatItIsTold() {
  const clock = new VirtualClock();
  const server = new MemoryServer({ domain: 'play.example', users: { bot: 'secret', alice: 'secret' }, clock });
  const { transports } = server;
  const bot = new ClientXMPP({ jid: 'bot@play.example/stage', password: 'secret', transports, clock });
  bot.on('message', (message) => void message.reply(`You said: ${message.body}`).send());
  const alice = new ClientXMPP({ jid: 'alice@play.example', password: 'secret', transports, clock });
  await Promise.all([bot.connect(), alice.connect()]);

  const answer = alice.wait('message', { timeout: 1_000 });
  alice.sendMessage({ to: 'bot@play.example/stage', type: 'chat', body: 'Hello' });
  await clock.runUntilIdle();
  assert.equal((await answer).body, 'You said: Hello');

  await Promise.all([bot.dispose(), alice.dispose()]);
  await server.stop();
}
