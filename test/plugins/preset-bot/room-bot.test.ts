import { JID, MemoryStorage } from '@sestina/core';
import { agendaBot } from '@sestina/examples/agenda';
import { AdHocCommands } from '@sestina/xep-0050';
import { expect, it } from 'vitest';
import { BotStage, LAB } from './stage.js';

it('the example keeps an agenda in a room, and announces what an admin fills in', async () => {
  await using stage = await BotStage.open();
  const { clock, server } = stage;
  const storage = new MemoryStorage();
  const options = { jid: 'puck@play.example/bot', password: 'secret', clock, storage, transports: server.transports };
  const bot = agendaBot(options, [LAB], [JID.parse('romeo@play.example')]);
  await bot.connect();
  await stage.settle();
  const romeo = await stage.person('romeo');
  const juliet = await stage.person('juliet');
  const lab = await romeo.enter();
  await juliet.enter();
  for (const body of [
    '!add the ball',
    'Agenda: add poison?',
    '!list',
    '!done 1',
    '!list',
    '!done 7',
    '!add',
    'nothing',
  ]) {
    lab.send(body);
    await clock.advance(10_000);
  }
  const answers = juliet.heard.filter((line) => line.startsWith('Agenda: '));
  expect(answers).toEqual([
    'Agenda: romeo: That is topic 1.',
    'Agenda: romeo: That is topic 2.',
    'Agenda: romeo: 1. the ball (romeo)\n2. poison? (romeo)',
    'Agenda: romeo: Done: the ball (romeo)',
    'Agenda: romeo: 1. poison? (romeo)',
    'Agenda: romeo: There is no such topic.',
    'Agenda: romeo: add TOPIC, list, done NUMBER',
  ]);

  const to = 'puck@play.example/bot';
  const commands = romeo.client.use(AdHocCommands);
  const running = commands.run(to, 'announce', { text: 'Dinner is served' });
  await stage.settle();
  await running;
  await stage.settle();
  expect(juliet.heard.at(-1)).toBe('Agenda: Dinner is served');
  const refused = juliet.client.use(AdHocCommands).run(to, 'announce', { text: 'I am in charge' });
  const expected = expect(refused).rejects.toThrow();
  await stage.settle();
  await expected;
  const over = bot.dispose();
  await stage.settle();
  await over;
});
