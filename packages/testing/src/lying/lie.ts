import type { LyingVoice } from './voice.js';

/** How far a server is honest. What its peer has said last then: */
export type LyingStep =
  /** its first header, in the clear. */
  | 'clear'
  /** that it wants TLS. */
  | 'starttls'
  /** its first header, within TLS (of a component, in the clear): so are those that follow. */
  | 'header'
  /** the same, and it has got the server's. */
  | 'features'
  /** the password, by PLAIN. */
  | 'plain'
  /** the first message of SCRAM-SHA-256. */
  | 'scram'
  /** the header of after the login. */
  | 'restart'
  /** its request for an address. */
  | 'bind'
  /** `<enable/>` of XEP-0198, behind the address that it was given. */
  | 'enable'
  /** the same, and it was told that its session can be resumed. */
  | 'managed'
  /** `<resume/>` of XEP-0198, on a second connection. */
  | 'resume'
  /** the handshake of a component (XEP-0114). */
  | 'handshake'
  /** the same, and it was told that it is right. */
  | 'session';

/** One thing that a server does at a step of the negotiation, and should not. */
export interface Lie {
  /** It in words, which no other lie has. */
  readonly what: string;
  /** The server is honest up to here. */
  readonly at: LyingStep;
  /** What it says, element by element: where frames are sent, each is one. */
  readonly says: (voice: LyingVoice) => readonly string[];
  /** Where alone it can be told: over a stream of RFC 6120 or by the frames of RFC 7395. Left out: by both. */
  readonly by?: 'frames' | 'stream' | undefined;
}
