/** XEP-0382: Spoiler Messages, version 0.2.0. */
export { isHidden, Spoilers } from './spoilers.js';
export { NS_SPOILER, Spoiler } from './stanza.js';
