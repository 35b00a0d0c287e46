import { declareLaws } from '@sestina/testing/laws';
import { Bot } from '../src/index.js';

export const laws = [
  declareLaws(Bot, {
    // It enters no rooms: one that does not answer is asked again, whenever that is. What a first presence says of our capabilities is computed outside of the clock, and may follow it at any time.
    options: { nick: 'Puck', presence: false },
    waits: {
      join: (bot, signal) => bot.join('balcony@rooms.example', { signal }),
      // Nobody waits for the farewell of a room that the bot is not in.
      leave: { local: (bot, signal) => bot.leave('balcony@rooms.example', { signal }) },
    },
    refused: {
      nick: ['', 5, null],
      rooms: ['lab@rooms.example', [5], ['rooms.example'], [{ room: 'lab' }], null],
      listen: ['some', 1, null],
      prefix: ['', 5, null],
      answers: ['both', 1, null],
      commands: [{}, [{ node: 'stop', run: () => {} }], null],
      version: ['1.0', 5, null],
      corrections: ['always', 1, null],
      bots: ['both', 1, null],
      subscriptions: ['somebody', 1, null],
    },
    keeps: ['preset-bot/', 'xep-0115/'],
  }),
];
