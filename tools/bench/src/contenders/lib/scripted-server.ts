/** How a stream is framed: RFC 6120 or RFC 7395. */
export type Wire = 'tcp' | 'websocket';

const CHUNK = 16_384;

const FRAMING = "xmlns='urn:ietf:params:xml:ns:xmpp-framing'";

/** What a socket makes of a long text: pieces of 16 KB. */
export function chunksOf(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let i = 0; i < bytes.length; i += CHUNK) chunks.push(bytes.subarray(i, i + CHUNK));
  return chunks;
}

/**
 * The least that a client needs to log in: it looks for words in what it is sent and answers with fixed text. Holds next to
 * nothing, so that it does not count in what a session costs.
 */
export class ScriptedServer {
  readonly #wire: Wire;
  readonly #answers: ReadonlyMap<string, string>;
  readonly #mechanism: string;
  #streams = 0;

  /** @param answers By namespace of the payload: what is inside the result of an iq. */
  constructor(wire: Wire = 'tcp', answers: ReadonlyMap<string, string> = new Map(), mechanism = 'PLAIN') {
    this.#mechanism = mechanism;
    this.#wire = wire;
    this.#answers = answers;
  }

  /** What it says to that text. */
  receive(text: string): string[] {
    if (text.includes('<stream:stream') || text.startsWith('<open')) return this.#open();
    if (text.startsWith('<auth')) return ["<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"];
    if (text.includes('</stream:stream>')) return ['</stream:stream>'];
    if (text.startsWith('<close')) return [`<close ${FRAMING}/>`];
    return text.startsWith('<iq') ? this.#result(text) : [];
  }

  #open(): string[] {
    this.#streams += 1;
    const features =
      this.#streams === 1
        ? `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>${this.#mechanism}</mechanism></mechanisms>`
        : "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
    const header = `from='capulet.example' id='s${this.#streams}' version='1.0' xml:lang='en'`;
    const stream = "xmlns:stream='http://etherx.jabber.org/streams'";
    if (this.#wire === 'websocket') {
      return [`<open ${FRAMING} ${header}/>`, `<stream:features ${stream}>${features}</stream:features>`];
    }
    return [
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' ${stream} ${header}>` +
        `<stream:features>${features}</stream:features>`,
    ];
  }

  #result(text: string): string[] {
    const id = /\bid=["']([^"']*)/.exec(text)?.[1] ?? '';
    const to = "to='juliet@capulet.example/balcony'";
    const iq = (type: string, payload: string): string[] => [
      `<iq xmlns='jabber:client' type='${type}' id='${id}' ${to}>${payload}</iq>`,
    ];
    if (/type=["'](?:result|error)/.test(text)) return [];
    if (text.includes('urn:ietf:params:xml:ns:xmpp-bind')) {
      const jid = '<jid>juliet@capulet.example/balcony</jid>';
      return iq('result', `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>${jid}</bind>`);
    }
    for (const [namespace, payload] of this.#answers) if (text.includes(namespace)) return iq('result', payload);
    return iq(
      'error',
      "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
    );
  }
}
