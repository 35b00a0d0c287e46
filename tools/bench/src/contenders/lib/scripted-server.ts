/** How a stream is framed: RFC 6120 or RFC 7395. */
export type Wire = 'tcp' | 'websocket';

/** What a scripted server does besides letting everybody in. */
export interface Script {
  /** By namespace of the payload: what is inside the result of an iq. */
  readonly answers?: ReadonlyMap<string, string>;
  /** The one mechanism that it offers. Default PLAIN. */
  readonly mechanism?: string;
  /** What it offers besides binding a resource. */
  readonly features?: string;
  /** Asked first: what it says to a text; undefined where that is none of its matters. */
  readonly says?: (text: string) => readonly string[] | undefined;
}

const FRAMING = "xmlns='urn:ietf:params:xml:ns:xmpp-framing'";

const NOTHING: Script = {};

/** How a server opens the stream of a component. */
const COMPONENT =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' " +
  "from='echo.example' id='s1'>";

/**
 * The least that a client needs to log in: it looks for words in what it is sent and answers with fixed text. Holds next to
 * nothing, so that it does not count in what a session costs.
 */
export class ScriptedServer {
  readonly #wire: Wire;
  readonly #script: Script;
  #streams = 0;

  constructor(wire: Wire = 'tcp', script: Script = NOTHING) {
    this.#wire = wire;
    this.#script = script;
  }

  /** What it says to that text. */
  receive(text: string): readonly string[] {
    const said = this.#script.says?.(text);
    if (said) return said;
    if (text.includes('jabber:component:accept')) return [COMPONENT];
    if (text.startsWith('<handshake')) return ['<handshake/>'];
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
        ? `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>${this.#script.mechanism ?? 'PLAIN'}</mechanism></mechanisms>`
        : `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>${this.#script.features ?? ''}`;
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
    const asked = /\bto=["']([^"']*)/.exec(text)?.[1];
    const addresses = `to='juliet@capulet.example/balcony'${asked ? ` from='${asked}'` : ''}`;
    const iq = (type: string, payload: string): string[] => [
      `<iq xmlns='jabber:client' type='${type}' id='${id}' ${addresses}>${payload}</iq>`,
    ];
    if (/type=["'](?:result|error)/.test(text)) return [];
    if (text.includes('urn:ietf:params:xml:ns:xmpp-bind')) {
      const jid = '<jid>juliet@capulet.example/balcony</jid>';
      return iq('result', `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>${jid}</bind>`);
    }
    for (const [namespace, payload] of this.#script.answers ?? [])
      if (text.includes(namespace)) return iq('result', payload);
    return iq(
      'error',
      "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
    );
  }
}
