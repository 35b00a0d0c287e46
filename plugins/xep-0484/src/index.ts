/** XEP-0484: Fast Authentication Streamlining Tokens, version 0.2.0. */
export { FastTokens } from './fast-tokens.js';
export { FastTokensOptions } from './options.js';
export { FastLogin, FastOffer, NS_FAST, RequestToken, TokenElement } from './stanza.js';
