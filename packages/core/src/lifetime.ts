/** A span of time that others bind to: its signal aborts at the end. It is made when somebody asks for it, since most never do. */
export class Lifetime {
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  /** Aborted when this is over, with the reason why. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      withoutWarning(this.#controller.signal);
      if (this.#reason) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get over(): boolean {
    return this.#reason !== undefined;
  }

  /** Does nothing the second time. */
  end(reason: Error): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

interface Process {
  getBuiltinModule?(name: 'events'): { setMaxListeners(limit: number, target: EventTarget): void };
}

/** Whatever is under way listens to a signal that lives long. Node.js 20 takes more than ten for a leak and says so. */
function withoutWarning(signal: AbortSignal): void {
  const { process } = globalThis as { process?: Process };
  process?.getBuiltinModule?.('events').setMaxListeners(0, signal);
}
