import { measureReceiving, Seen } from './lib/feed.js';
import { stanzaParser } from './lib/stanza-parser.js';

interface Stanza {
  readonly from?: string;
  readonly body?: string;
  readonly show?: string;
  readonly type?: string;
}

interface Data {
  readonly event?: string;
  readonly kind: string;
  readonly stanza: Stanza;
}

await measureReceiving((header) => {
  const seen = new Seen();
  const parser = stanzaParser<Data>();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('data', ({ event, kind, stanza }) => {
    if (event) return;
    seen.stanza(stanza.from, kind === 'iq' ? stanza.type : kind === 'message' ? stanza.body : stanza.show);
  });
  parser.write(header);
  return { seen, deliver: (chunk) => void parser.write(chunk) };
});
