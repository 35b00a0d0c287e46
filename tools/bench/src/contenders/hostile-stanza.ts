import { HEADER, measureHostile } from './lib/hostile.js';
import { stanzaParser } from './lib/stanza-parser.js';

await measureHostile(() => {
  const parser = stanzaParser();
  let refused: string | undefined;
  parser.on('error', () => {
    refused ??= 'an error';
  });
  parser.on('data', () => {});
  parser.write(HEADER);
  return { deliver: (chunk) => void parser.write(chunk), refused: () => refused };
});
