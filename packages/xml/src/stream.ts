// The parser of streams, apart from the rest: a page reads documents alone, and never loads saxes.
export { createSaxesParser } from './saxes-parser.js';
