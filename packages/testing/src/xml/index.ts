export * from './expect-xml.js';
export * from './format.js';
export * from './parse.js';
export * from './same-xml.js';
export * from './xml-tag.js';
