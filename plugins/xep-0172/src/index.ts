/** XEP-0172: User Nickname, version 1.1. */
export { Nicknames, NicknamesOptions } from './nicknames.js';
export { Nick, NS_NICK } from './stanza.js';
