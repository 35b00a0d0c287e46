import { measureReceiving, Seen } from './lib/feed.js';
import { requirePeer } from './lib/peers.js';

interface Stanza {
  readonly from?: string;
  readonly body?: string;
  readonly show?: string;
  readonly type?: string;
}

interface StreamParser {
  on(name: 'data', handler: (event: { event?: string; kind: string; stanza: Stanza }) => void): void;
  on(name: 'error', handler: (error: Error) => void): void;
  write(chunk: Buffer | string): boolean;
}

interface StanzaModule {
  createClient(options: object): { stanzas: object };
  JXT: { StreamParser: new (options: object) => StreamParser };
}

await measureReceiving((header) => {
  const { createClient, JXT } = requirePeer('stanza') as StanzaModule;
  const seen = new Seen();
  const parser = new JXT.StreamParser({
    acceptLanguages: ['en'],
    allowComments: false,
    lang: 'en',
    registry: createClient({}).stanzas,
    rootKey: 'stream',
    wrappedStream: true,
  });
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
