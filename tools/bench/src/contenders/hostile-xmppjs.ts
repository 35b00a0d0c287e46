import { HEADER, measureHostile } from './lib/hostile.js';
import { importPeer } from './lib/peers.js';

interface Parser {
  on(name: 'error', handler: (error: Error) => void): void;
  write(text: string): void;
}

const { Parser } = await importPeer<{ Parser: new () => Parser }>('@xmpp/xml');

await measureHostile(() => {
  const parser = new Parser();
  let refused: string | undefined;
  parser.on('error', () => {
    refused ??= 'an error';
  });
  parser.write(HEADER);
  return { deliver: (chunk) => parser.write(chunk.toString()), refused: () => refused };
});
