/** What a bot needs, in one plugin. */
export { Bot } from './bot.js';
export { RecipientGoneError } from './errors.js';
export { type BotCommand, BotOptions, type BotRoom } from './options.js';
export type { BotRequest, RequestHandler } from './request.js';
