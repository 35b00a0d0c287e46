/** Of SASL, STARTTLS, binding, XEP-0198 and the conditions of stream errors. @internal */
export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
/** @internal */
export const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
/** @internal */
export const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
/** @internal */
export const NS_SM = 'urn:xmpp:sm:3';
const NS_STREAMS = 'urn:ietf:params:xml:ns:xmpp-streams';

/** The address that a client asks for and gets. @internal */
export const ADDRESS = 'alice@example.org/phone';
/** What offers to bind. @internal */
export const BIND = `<bind xmlns='${NS_BIND}'/>`;

/** @internal */
export const features = (inside: string): string => `<stream:features>${inside}</stream:features>`;
/** @internal */
export const mechanisms = (...names: string[]): string =>
  `<mechanisms xmlns='${NS_SASL}'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`;
/** @internal */
export const success = (data = ''): string => `<success xmlns='${NS_SASL}'>${data}</success>`;
/** @internal */
export const challenge = (data: string): string => `<challenge xmlns='${NS_SASL}'>${btoa(data)}</challenge>`;
/** @internal */
export const failure = (inside: string): string => `<failure xmlns='${NS_SASL}'>${inside}</failure>`;
/** A stream error with that condition. @internal */
export const streamError = (condition: string, inside = '', text?: string): string => {
  const said = text === undefined ? '' : `<text xmlns='${NS_STREAMS}'>${text}</text>`;
  return `<stream:error><${condition} xmlns='${NS_STREAMS}'>${inside}</${condition}>${said}</stream:error>`;
};
/** The answer to a request for an address. @internal */
export const bound = (id: string, jid: string): string =>
  `<iq type='result' id='${id}'><bind xmlns='${NS_BIND}'><jid>${jid}</jid></bind></iq>`;
/** An element of XEP-0198. @internal */
export const managed = (name: string, attributes = '', inside = ''): string =>
  `<${name} xmlns='${NS_SM}' ${attributes}>${inside}</${name}>`;
/** A stanza that nobody wants to see taken for one. @internal */
export const SMUGGLED = "<message from='boss@example.org/desk' id='smuggled'><body>pay them</body></message>";
/** Ends a line, moves the cursor, turns the direction of writing, and goes on as if it were the program's own. @internal */
export const HOSTILE = 'first\nWARN forged line\u009b31m\u202egnp.exe\u200f';
/** @internal */
export const SCRAM = features(mechanisms('SCRAM-SHA-256'));
