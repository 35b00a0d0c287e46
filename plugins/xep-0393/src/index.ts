/** XEP-0393: Message Styling, version 1.1.1. */
export { parse, type StylingOptions } from './blocks.js';
export { MessageStyling, MessageStylingOptions } from './message-styling.js';
export { NS_STYLING, Unstyled } from './stanza.js';
export { plain, quote } from './texts.js';
export type { Block, PlainBlock, PreBlock, QuoteBlock, Span } from './tree.js';
export { type StyleVisitor, visit } from './visit.js';
