import { XmlElement } from '@sestina/core';
import { type Framing, type OpeningHeader, serialize } from '@sestina/core/transport';
import { FramedParser, NS_FRAMING } from './framed-parser.js';

/** The framing of RFC 7395 §3.3: each WebSocket message is one element, and a document of its own. */
export const webSocketFraming: Framing = {
  open({ to, from, version, lang }: OpeningHeader): string {
    return serialize(new XmlElement('open', NS_FRAMING, { to, from, version, 'xml:lang': lang }));
  },
  close: () => `<close xmlns='${NS_FRAMING}'/>`,
  implicitNamespace: '',
  prefixes: new Map(),
  header: { root: 'open', streamNamespace: NS_FRAMING },
  wayOut: 'check the path of the service',
  createParser: (events, limits) => new FramedParser(events, limits),
};
