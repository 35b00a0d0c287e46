import type { Clock, XmlElement } from '@sestina/core';
import { createSaxesParser, DEFAULT_LIMITS, type Parser, type StreamHeader } from '@sestina/core/transport';
import type { MemoryEnd } from '../transport/index.js';

/** What the server's end of a scripted connection tells. @internal */
export interface ScriptedConnectionEvents {
  header(header: StreamHeader): void;
  element(element: XmlElement): void;
  footer(): void;
  closed(): void;
  /** What came is not what a stream may hold. */
  fault(error: Error): void;
}

/** The server's end of one connection: reads streams one after another, writes whatever it is told. @internal */
export class ScriptedConnection {
  readonly #end: MemoryEnd;
  readonly #events: ScriptedConnectionEvents;
  readonly #decoder = new TextDecoder();
  #parser: Parser | undefined;
  #closed = false;

  constructor(end: MemoryEnd, events: ScriptedConnectionEvents) {
    this.#end = end;
    this.#events = events;
    end.listen({
      data: (chunk) => this.#data(typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true })),
      drain: () => {},
      close: () => {
        this.#closed = true;
        events.closed();
      },
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  write(text: string): void {
    this.#end.write(text);
  }

  /** Closes regularly, without a footer. */
  end(): void {
    this.#end.end();
  }

  /** Cuts it. */
  drop(error?: Error): void {
    this.#end.destroy(error);
  }

  /** The server's part of a simulated STARTTLS. */
  acceptTls(): Promise<void> {
    return this.#end.acceptTls();
  }

  #data(text: string): void {
    // A restarted stream begins without an end of the one before; each write arrives as it was made.
    if (!this.#parser || text.startsWith('<?xml') || text.startsWith('<stream:stream')) {
      const { header, element, footer, fault } = this.#events;
      this.#parser = createSaxesParser(
        { streamStart: header, element: (xml) => element(xml), streamEnd: footer, error: fault },
        DEFAULT_LIMITS,
      );
    }
    this.#parser.write(text);
  }
}

/** Resolves when `done` says so, looking every millisecond; false where it did not within `timeout` real milliseconds. @internal */
export async function eventually(clock: Clock, timeout: number, done: () => boolean): Promise<boolean> {
  const start = clock.monotonic();
  while (!done()) {
    if (clock.monotonic() - start > timeout) return false;
    await new Promise<void>((resolve) => clock.setTimer(1, resolve));
  }
  return true;
}
