import { escapeAttribute, NS_CLIENT, NS_STREAM } from '@sestina/xml';
import { createSaxesParser } from '@sestina/xml/stream';
import type { Framing, OpeningHeader } from './transport.js';

const HEADER = 'stream';

/** The framing of RFC 6120 §4: one XML document in each direction, its root open for as long as the stream. */
export const streamFraming: Framing = {
  open(header: OpeningHeader): string {
    const attributes: [name: string, value: string | undefined][] = [
      ['xmlns', header.contentNamespace],
      ['xmlns:stream', NS_STREAM],
      ['to', header.to],
      ['from', header.from],
      ['version', header.version],
      ['xml:lang', header.lang],
    ];
    let text = "<?xml version='1.0'?><stream:stream";
    for (const [name, value] of attributes) {
      if (value !== undefined) text += ` ${name}='${escapeAttribute(value, HEADER)}'`;
    }
    return `${text}>`;
  },
  close: () => '</stream:stream>',
  // Components too: their stanzas are `jabber:client` on the inside and inherit the header's namespace on the wire.
  implicitNamespace: NS_CLIENT,
  prefixes: new Map([[NS_STREAM, 'stream']]),
  createParser: createSaxesParser,
};
