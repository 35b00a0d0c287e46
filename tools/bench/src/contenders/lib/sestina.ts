import { ClientXMPP } from '@sestina/client';
import { ComponentXMPP } from '@sestina/component';
import {
  type Framing,
  streamFraming,
  type Transport,
  type TransportEvents,
  TransportFactory,
} from '@sestina/core/transport';
import { cut } from './chunks.js';
import { type Script, ScriptedServer } from './scripted-server.js';

/** A transport without a network: what is written goes to a scripted server, and bytes can be delivered by hand. */
export class ScriptedTransport implements Transport {
  readonly kind = 'scripted';
  /** That of streams, or of WebSockets. */
  readonly framing: Framing;
  readonly secure = true;
  readonly canStartTls = false;
  readonly channelBindingTypes = [];
  paused = false;
  /** Told of each text that goes out. */
  written: ((text: string) => void) | undefined;
  readonly #server: ScriptedServer;
  #events: TransportEvents | undefined;

  constructor(framing: Framing, script?: Script) {
    this.framing = framing;
    this.#server = new ScriptedServer(this.#framed ? 'websocket' : 'tcp', script);
  }

  get #framed(): boolean {
    return this.framing !== streamFraming;
  }

  connect(events: TransportEvents): Promise<void> {
    this.#events = events;
    return Promise.resolve();
  }

  deliver(chunk: Uint8Array | string): void {
    this.#events?.data(chunk);
  }

  write(text: string): boolean {
    this.written?.(text);
    const answers = this.#server.receive(text);
    if (answers.length > 0) {
      const chunks = this.#framed ? answers : answers.flatMap((answer) => cut(answer));
      setImmediate(() => {
        for (const chunk of chunks) this.#events?.data(chunk);
      });
    }
    return true;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  startTls(): Promise<void> {
    return Promise.reject(new Error('not here'));
  }

  channelBinding(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    const events = this.#events;
    this.#events = undefined;
    if (events) setImmediate(() => events.close());
  }
}

/** Gives out the transports that it was given. */
export class ScriptedTransports extends TransportFactory {
  readonly #create: () => ScriptedTransport;

  constructor(create: () => ScriptedTransport) {
    super();
    this.#create = create;
  }

  supports(): boolean {
    return true;
  }

  create(): Transport {
    return this.#create();
  }
}

/** A component as an application makes it, but for the transport. */
export function scriptedComponent(
  script: Script,
  options: Partial<ConstructorParameters<typeof ComponentXMPP>[0]> = {},
): { xmpp: ComponentXMPP; transport: ScriptedTransport } {
  const transport = new ScriptedTransport(streamFraming, script);
  const transports = new ScriptedTransports(() => transport);
  const xmpp = new ComponentXMPP({ jid: 'echo.example', secret: 'R0m30', transports, ...options });
  return { xmpp, transport };
}

/** A client as an application makes it, but for the transport. */
export function scriptedClient(
  script?: Script,
  options: Partial<ConstructorParameters<typeof ClientXMPP>[0]> = {},
  framing: Framing = streamFraming,
): { xmpp: ClientXMPP; transport: ScriptedTransport } {
  const transport = new ScriptedTransport(framing, script);
  const xmpp = new ClientXMPP({
    jid: 'juliet@capulet.example/balcony',
    password: 'R0m30',
    transports: new ScriptedTransports(() => transport),
    ...options,
  });
  return { xmpp, transport };
}
