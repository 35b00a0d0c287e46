/** What a close code says, and what to do about it. */
interface CloseCode {
  readonly what: string;
  /** Undefined: nothing, it is made again. */
  readonly wayOut?: string;
  /** The next connection would come to the same end. */
  readonly final?: boolean;
}

const LOG = 'its log says more';

/**
 * RFC 6455 §7.4.1, and what was registered since (1012 – 1014). Not 1000 and 1005, which are a regular end, 1004, which means
 * nothing, and 1006, which is none.
 */
const CLOSE_CODES: Readonly<Record<number, CloseCode>> = {
  1001: { what: 'it is going away' },
  1002: { what: 'protocol error', wayOut: 'is there a proxy in between that speaks no WebSocket?', final: true },
  1003: { what: 'it cannot take this kind of data', wayOut: 'is the path that of XMPP?', final: true },
  1007: {
    what: 'invalid data',
    wayOut: 'this is a bug of one of the two sides; a trace shows the message',
    final: true,
  },
  1008: { what: 'policy violation', wayOut: `this client is not wanted, or not like this; ${LOG}`, final: true },
  1009: { what: 'a message was too large', wayOut: 'send less at once, or raise the limit of the server', final: true },
  1010: { what: 'an extension is missing', wayOut: 'the server has to do without compression', final: true },
  1011: { what: 'an internal error', wayOut: LOG },
  1012: { what: 'it restarts' },
  1013: { what: 'try again later' },
  1014: { what: 'bad gateway', wayOut: 'does the server behind the proxy run?' },
  1015: { what: 'TLS failed', wayOut: 'is its certificate good?' },
};

// Where we closed, on account of what the server sent.
const OURS: Readonly<Record<number, string>> = {
  1008: 'a message came in too many pieces, which is a bug of the server',
  1009: 'raise maxFrameBytes, and limits.maxAnswerBytes or limits.maxStanzaBytes of the client',
};

/** What is known of a code that says that something is wrong. */
export function closeCodeOf(code: number, origin: 'local' | 'peer'): CloseCode {
  const known = CLOSE_CODES[code] ?? { what: 'a code of its own', wayOut: LOG };
  const wayOut = origin === 'local' ? OURS[code] : undefined;
  return wayOut === undefined ? known : { ...known, wayOut };
}
