import { measureReceiving, Seen } from './lib/feed.js';
import { importPeer } from './lib/peers.js';

interface Element {
  readonly name: string;
  readonly attrs: Readonly<Record<string, string | undefined>>;
  getChildText(name: string): string | null;
}

interface Parser {
  on(name: 'element', handler: (element: Element) => void): void;
  on(name: 'error', handler: (error: Error) => void): void;
  write(text: string): void;
}

const { Parser } = await importPeer<{ Parser: new () => Parser }>('@xmpp/xml');

await measureReceiving((header) => {
  const seen = new Seen();
  const parser = new Parser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('element', (element) => {
    const { name, attrs } = element;
    const second =
      name === 'iq' ? attrs['type'] : (element.getChildText(name === 'message' ? 'body' : 'show') ?? undefined);
    seen.stanza(attrs['from'], second);
  });
  parser.write(header);
  // As @xmpp/connection does it.
  return { seen, deliver: (chunk) => parser.write(chunk.toString('utf8')) };
});
