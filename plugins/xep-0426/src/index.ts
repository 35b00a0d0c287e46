/** XEP-0426: Character counting in message bodies, version 0.3.0. */
export { codePoints, fromUtf16, slice, TextIndex, type TextRange, toUtf16 } from './counting.js';
export { type CutText, cut } from './cut.js';
