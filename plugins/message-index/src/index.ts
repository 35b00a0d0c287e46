/** Which message is meant, by whom it is, and whether it was seen before. */

export { CannotReferError, messageBeside, referenceTo } from './about.js';
export { MemoryMessageIndex, MemoryMessageIndexOptions } from './memory-message-index.js';
export { type FindOptions, type MessageFacts, MessageIndex } from './message-index.js';
export { otherNature } from './nature.js';
export { sameAuthor } from './same-author.js';
export { type Target, TargetFinder, type TargetFinderBounds } from './target-finder.js';
