import { measureReceiving, Seen } from './lib/feed.js';
import { requirePeer } from './lib/peers.js';

interface SaxesParser {
  on(name: 'text', handler: (text: string) => void): void;
  on(name: 'opentag', handler: (tag: { name: string; attributes: Record<string, string> }) => void): void;
  on(name: 'closetag', handler: (tag: { name: string }) => void): void;
  write(text: string): void;
}

interface Saxes {
  SaxesParser: new (options: { xmlns: boolean }) => SaxesParser;
}

// The parser that unusual XML goes to, by itself, with handlers that keep the two values and build nothing.
await measureReceiving((header) => {
  const { SaxesParser } = requirePeer('saxes') as Saxes;
  const seen = new Seen();
  const parser = new SaxesParser({ xmlns: false });
  const decoder = new TextDecoder();
  let depth = 0;
  let from = '';
  let second = '';
  let reads: string | undefined;
  let inside = false;
  parser.on('opentag', ({ name, attributes }) => {
    depth += 1;
    if (depth === 2) {
      from = attributes['from'] ?? '';
      second = name === 'iq' ? (attributes['type'] ?? '') : '';
      reads = name === 'message' ? 'body' : name === 'presence' ? 'show' : undefined;
    } else if (depth === 3) {
      inside = name === reads;
    }
  });
  parser.on('text', (text) => {
    if (inside && depth === 3) second += text;
  });
  parser.on('closetag', () => {
    if (depth === 2) seen.stanza(from, second);
    depth -= 1;
  });
  parser.write(header);
  return { seen, deliver: (chunk) => parser.write(decoder.decode(chunk, { stream: true })) };
});
