import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ClientXMPP } from '@sestina/client';
import { SilentLogger } from '@sestina/core';
import { type MemoryEnd, MemoryTransportFactory, VirtualClock } from '@sestina/testing';

const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
  "id='s' from='example.org' version='1.0'>";
const MECHANISMS = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";
const BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
const JID = 'alice@example.org/phone';

/** A server in memory that keeps nothing of what it hears, so that what grows is the client's. */
export class BareServer {
  readonly clock = new VirtualClock();
  readonly client: ClientXMPP;
  /** Bytes that were said and taken. */
  said = 0;
  /** Pings that were answered. */
  pings = 0;
  #end: MemoryEnd | undefined;
  #drained: (() => void) | undefined;
  #streams = 0;

  constructor() {
    const transports = new MemoryTransportFactory(
      { accept: (end) => this.#accept(end) },
      { clock: this.clock, secure: true },
    );
    this.client = new ClientXMPP({
      jid: JID,
      password: 'secret',
      transports,
      clock: this.clock,
      logger: new SilentLogger(),
      reconnect: false,
    });
  }

  /** Whether nobody listens any more. */
  get closed(): boolean {
    return this.#end?.closed ?? true;
  }

  /** Says something; resolves when it was read, or nobody reads any more. */
  async say(bytes: Uint8Array): Promise<void> {
    if (this.closed || !this.#end) return;
    this.said += bytes.length;
    if (this.#end.writeBytes(bytes)) return this.turn();
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    await this.turn();
  }

  /** Lets what is due happen. */
  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  #accept(end: MemoryEnd): void {
    this.#end = end;
    const drained = (): void => {
      this.#drained?.();
      this.#drained = undefined;
    };
    const decoder = new TextDecoder();
    end.listen({
      data: (chunk) => this.#heard(end, typeof chunk === 'string' ? chunk : decoder.decode(chunk)),
      drain: drained,
      close: drained,
    });
  }

  // In memory each chunk is what was written at once.
  #heard(end: MemoryEnd, text: string): void {
    const id = / id=['"]([^'"]*)/.exec(text)?.[1];
    if (text.includes('<stream:stream')) {
      this.#streams += 1;
      end.write(`${HEADER}<stream:features>${this.#streams === 1 ? MECHANISMS : BIND}</stream:features>`);
    } else if (text.includes('<auth')) {
      end.write("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    } else if (text.includes('xmpp-bind')) {
      end.write(`<iq type='result' id='${id}'>${BIND.replace('/>', `><jid>${JID}</jid></bind>`)}</iq>`);
    } else if (text.includes('jabber:iq:roster')) {
      end.write(`<iq type='result' id='${id}'><query xmlns='jabber:iq:roster'/></iq>`);
    } else if (text.includes('urn:xmpp:ping')) {
      this.pings += 1;
      end.write(`<iq type='result' id='${id}'/>`);
    }
  }
}

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Bytes that are still held once all has been let go that can be. */
export async function held(): Promise<number> {
  for (let i = 0; i < 2; i++) {
    gc();
    // What is told of by a FinalizationRegistry goes in a turn of its own.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
