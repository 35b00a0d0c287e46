/// <reference lib="esnext.disposable" preserve="true" />

// Browsers without `Symbol.dispose` still run this package: the key is then a registered symbol of the same name.
const disposeKey: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);

/** The undo of something that was registered. Works with `using`; calling it twice is harmless. */
export class Registration implements Disposable {
  #undo: (() => void) | undefined;
  #watchers: (() => void)[] | undefined;

  constructor(undo: () => void) {
    this.#undo = undo;
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  /** Undoes the registration. Does nothing the second time. */
  dispose(): void {
    const undo = this.#undo;
    const watchers = this.#watchers ?? [];
    this.#undo = undefined;
    this.#watchers = undefined;
    for (const told of watchers) told();
    undo?.();
  }

  /** Whether `dispose()` has been called. */
  get disposed(): boolean {
    return this.#undo === undefined;
  }

  /** Has `told`, which must not throw, called when this is disposed of, so that an owner can forget it; at once where it was. */
  whenDisposed(told: () => void): void {
    if (this.disposed) {
      told();
    } else {
      this.#watchers ??= [];
      this.#watchers.push(told);
    }
  }

  declare [Symbol.dispose]: () => void;

  static {
    Object.defineProperty(Registration.prototype, disposeKey, {
      value(this: Registration) {
        this.dispose();
      },
      configurable: true,
      writable: true,
    });
  }
}

/**
 * Disposes all of them in reverse order, also past one that throws.
 * @throws AggregateError with what was thrown, after the last one.
 */
export function disposeAll(registrations: readonly { dispose(): void }[]): void {
  const errors: unknown[] = [];
  for (const registration of [...registrations].reverse()) {
    try {
      registration.dispose();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of the undo steps failed`);
}
