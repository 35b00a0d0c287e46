import {
  builtInMechanisms,
  type ChannelBindingType,
  type SaslAnswer,
  type SaslContext,
  type SaslElement,
  SaslLogin,
  type SaslLoginOptions,
  type SaslProfile,
} from '@sestina/sasl';
import { ScramServer, type ScramServerOptions } from '@sestina/sasl/server';
import { base64, bytes, fromBase64, random } from '../support.js';

/** An element of no XML at all: a login does not know how it is written. */
export interface Note {
  readonly name: string;
  readonly data?: string | undefined;
}

/** A profile of notes. */
export const profile: SaslProfile<Note> = {
  restarts: true,
  auth: (mechanism, initial) => ({ name: `auth ${mechanism}`, data: initial }),
  response: (data) => ({ name: 'response', data }),
  abort: () => ({ name: 'abort' }),
  read({ name, data }): SaslAnswer | undefined {
    if (name === 'challenge' || name === 'success' || name === 'continue') return { kind: name, data };
    return name.startsWith('failure') ? { kind: 'failure', condition: name.slice(8), text: data } : undefined;
  },
};

function features(types: readonly string[] | undefined): SaslElement {
  const leaf = (type: string): SaslElement => ({
    attribute: (name) => (name === 'type' ? type : undefined),
    child: () => undefined,
    childrenNamed: () => [],
  });
  return {
    attribute: () => undefined,
    child: (name, namespace) =>
      types && name === 'sasl-channel-binding' && namespace === 'urn:xmpp:sasl-cb:0'
        ? { ...leaf(''), childrenNamed: () => types.map(leaf) }
        : undefined,
    childrenNamed: () => [],
  };
}

/** What a connection has. */
export interface WireOptions {
  readonly secure?: boolean;
  readonly tlsVersion?: string;
  /** Of this side. */
  readonly types?: readonly ChannelBindingType[];
  /** That the server names. */
  readonly named?: readonly string[];
}

/** A connection whose other end a test plays: what was sent, and what comes. */
export class Wire implements SaslContext<Note> {
  readonly sent: Note[] = [];
  readonly #come: Note[] = [];
  #waiting: { take(note: Note): void; halt: ((note: Note) => boolean) | undefined } | undefined;
  #asked: (() => void) | undefined;
  readonly controller = new AbortController();
  readonly features: { readonly xml: SaslElement };
  readonly link: SaslContext<Note>['link'];
  /** Whether nothing was to be read behind what came last. */
  halted = false;

  constructor({ secure = true, tlsVersion, types = [], named }: WireOptions = {}) {
    this.features = { xml: features(named) };
    this.link = {
      sendElement: (note) => {
        this.sent.push(note);
        this.#asked?.();
      },
      receive: (_wants, halt) =>
        new Promise((take) => {
          this.#waiting = { take, halt };
          this.#deliver();
        }),
      transport: {
        secure,
        tlsVersion,
        channelBindingTypes: types,
        channelBinding: async (type) => (types.includes(type) ? bytes(`data of ${type}`) : undefined),
      },
    };
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  say(note: Note): void {
    this.#come.push(note);
    this.#deliver();
  }

  #deliver(): void {
    const waiting = this.#waiting;
    const note = waiting && this.#come.shift();
    if (!waiting || !note) return;
    this.#waiting = undefined;
    this.halted = waiting.halt?.(note) === true;
    waiting.take(note);
  }

  /** The next thing that is sent, from the one with that number on. */
  async next(number: number): Promise<Note> {
    while (this.sent.length <= number) {
      await new Promise<void>((resolve) => {
        this.#asked = resolve;
      });
    }
    return this.sent[number] as Note;
  }
}

/** A login of alice with all mechanisms, unless told otherwise. */
export function login(options: Partial<SaslLoginOptions> = {}): SaslLogin {
  return new SaslLogin({
    mechanisms: builtInMechanisms(),
    credentials: () => ({ username: 'alice', password: 'secret' }),
    randomBytes: random,
    ...options,
  });
}

/** Plays a server that knows the password, for the mechanism that is begun with. */
export async function serve(wire: Wire, options: Partial<ScramServerOptions> = {}, at = 0): Promise<void> {
  const begun = await wire.next(at);
  const name = begun.name.slice('auth '.length);
  const hash = (['SHA-1', 'SHA-256', 'SHA-512'] as const).find((each) => name.startsWith(`SCRAM-${each}`));
  if (!hash) return wire.say({ name: 'success' });
  const plus = name.endsWith('-PLUS');
  const server = new ScramServer({
    hash,
    plus,
    randomBytes: random,
    lookup: async () => ({ password: 'secret' }),
    ...(plus ? { channelBinding: async (type: string) => bytes(`data of ${type}`) } : {}),
    ...options,
  });
  const first = await server.respond(fromBase64(begun.data ?? ''));
  wire.say({ name: 'challenge', data: base64(first.data) });
  const response = await wire.next(at + 1);
  const last = await server.respond(fromBase64(response.data ?? ''));
  wire.say(last.success ? { name: 'success', data: base64(last.data) } : { name: 'failure not-authorized' });
}
