import { measureHostile } from './lib/hostile.js';
import { requirePeer } from './lib/peers.js';

interface StreamParser {
  on(name: 'data' | 'error', handler: () => void): void;
  write(chunk: Buffer | string): boolean;
}

interface StanzaModule {
  createClient(options: object): { stanzas: object };
  JXT: { StreamParser: new (options: object) => StreamParser };
}

const HEADER =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='s1' version='1.0'>";

const { createClient, JXT } = requirePeer('stanza') as StanzaModule;

await measureHostile(() => {
  const parser = new JXT.StreamParser({
    acceptLanguages: ['en'],
    allowComments: false,
    lang: 'en',
    registry: createClient({}).stanzas,
    rootKey: 'stream',
    wrappedStream: true,
  });
  let refused: string | undefined;
  parser.on('error', () => {
    refused ??= 'an error';
  });
  parser.on('data', () => {});
  parser.write(HEADER);
  return { deliver: (chunk) => void parser.write(chunk), refused: () => refused };
});
