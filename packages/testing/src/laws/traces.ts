import type { BaseXMPP, ElementClass, Registration } from '@sestina/core';
import type { VirtualClock } from '../virtual-clock.js';

type Undo = Pick<Registration, 'dispose'> & Partial<Pick<Registration, 'disposed' | 'whenDisposed'>>;

/** What connections keep to themselves and the laws look at. */
interface Inside {
  registered(registration: Undo): Undo;
}

/** Writes down what is registered on a connection, and what a plugin says and takes there. */
export class Traces {
  readonly #xmpp: BaseXMPP;
  /** What is registered and not undone, with the place in the program that did it. */
  readonly #live = new Map<Undo, string>();
  readonly #waits = new Map<Promise<unknown>, string>();
  /** Events that were emitted on the connection by name, in order. */
  readonly events: { readonly name: string; readonly data: unknown }[] = [];
  /** Payloads that a plugin with this id, or nobody in particular, listens for. */
  readonly payloads: { readonly payload: ElementClass; readonly by: string | undefined }[] = [];

  constructor(xmpp: BaseXMPP) {
    this.#xmpp = xmpp;
    const inside = xmpp as unknown as Inside;
    const registered = inside.registered.bind(xmpp);
    inside.registered = (registration) => {
      this.#note(registration);
      return registered(registration);
    };
    this.#watch('emit', (name, data) => this.events.push({ name: String(name), data }));
    this.#watch('onIq', (_type, payload) => this.#takes(payload));
    this.#watch('onMessage', (_callback, options) => this.#takes((options as { payload?: unknown })?.payload));
    this.#watch('onPresence', (_callback, options) => this.#takes((options as { payload?: unknown })?.payload));
    this.#watch('unwrap', (payload) => this.#takes(payload), xmpp.messages);
    const { wait } = xmpp;
    xmpp.wait = ((...given: Parameters<typeof wait>) => {
      const promise = wait.apply(xmpp, given) as Promise<never>;
      this.#waits.set(promise, `wait('${String(given[0])}') ${caller() ?? ''}`);
      const over = (): void => void this.#waits.delete(promise);
      promise.then(over, over);
      return promise;
    }) as typeof wait;
  }

  /** Everything that is there and could be left behind, a line each. */
  list(clock: VirtualClock, keys: readonly string[]): string[] {
    const { advertised, handledRequests, pendingRequests, scheduled } = this.#xmpp;
    return [
      ...[...this.#live].filter(([{ disposed }]) => disposed !== true).map(([, where]) => `registration ${where}`),
      ...[...this.#waits.values()],
      ...clock.pending.map(() => 'timer'),
      ...[...advertised].map((feature) => `feature ${feature}`),
      ...handledRequests.map((kind) => `handler of ${kind}`),
      ...scheduled.map((name) => `task ${name}`),
      ...Array.from({ length: pendingRequests }, () => 'request that waits for its answer'),
      ...keys.map((key) => `stored under ${key}`),
    ];
  }

  #note(registration: Undo): void {
    const where = caller();
    // It is gone with its event, or with the object whose event it is, which is looked at itself.
    if (registration.disposed === true || where === undefined) return;
    this.#live.set(registration, where);
    registration.whenDisposed?.(() => this.#live.delete(registration));
    if (registration.whenDisposed) return;
    const { dispose } = registration;
    registration.dispose = () => {
      this.#live.delete(registration);
      dispose.call(registration);
    };
  }

  #takes(payload: unknown): void {
    if (typeof payload !== 'function') return;
    this.payloads.push({ payload: payload as unknown as ElementClass, by: this.#xmpp.plugins.installing });
  }

  #watch(name: string, told: (...given: unknown[]) => void, on: object = this.#xmpp): void {
    const methods = on as Record<string, (...given: unknown[]) => unknown>;
    const method = methods[name];
    // Its name is what `caller()` knows it by.
    methods[name] = function watchedByLaws(...given) {
      told(...given);
      return method?.apply(on, given);
    };
  }
}

/**
 * The place in the program that called what the laws look at: the first outside of core. Undefined for the laws themselves, and for who
 * listens once to an event of an object.
 */
function caller(): string | undefined {
  const lines = (new Error().stack ?? '').split('\n').slice(1);
  if (lines.some((line) => /\bEmitter\.once\b/.test(line))) return undefined;
  // What looks comes first, whatever file it was built into.
  const looked = lines.findIndex((line) => !OWN.test(line));
  const outside = lines.slice(looked).find((line) => !CONNECTION.test(line));
  if (outside && OWN.test(outside)) return undefined;
  return outside?.trim().replace(/\(.*\/(?=[^/]*\/[^/]*\/[^/]*$)/, '(') ?? 'of the connection';
}

const OWN = /\/testing\/(?:src|dist)\//;
const CONNECTION = /\/(?:core|client|component)\/(?:src|dist)\/|\bwatchedByLaws\b|^\s*at async /;

/** What is in the first list and not in the second, counted. */
export function beyond(all: readonly string[], before: readonly string[]): string[] {
  const rest = [...before];
  return all.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
