import { requirePeer } from './peers.js';

/** The parser that stanza reads streams with. */
export interface StreamParser<Data> {
  on(name: 'data', handler: (event: Data) => void): void;
  on(name: 'error', handler: (error: Error) => void): void;
  write(chunk: Buffer | string): boolean;
}

interface StanzaModule {
  createClient(options: object): { stanzas: object };
  JXT: { StreamParser: new (options: object) => StreamParser<never> };
}

/** One with the definitions of a client, as its own connection makes it. */
export function stanzaParser<Data>(): StreamParser<Data> {
  const { createClient, JXT } = requirePeer('stanza') as StanzaModule;
  return new JXT.StreamParser({
    acceptLanguages: ['en'],
    allowComments: false,
    lang: 'en',
    registry: createClient({}).stanzas,
    rootKey: 'stream',
    wrappedStream: true,
  }) as StreamParser<Data>;
}
