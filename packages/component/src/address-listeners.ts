import { type BaseXMPP, type JID, Registration, Stanza } from '@sestina/core';
import { JidParser } from '@sestina/core/connection';
import type { ListenerOptions } from '@sestina/core/handlers';

/** Takes what is for an address. */
type Deliver<T> = (data: T) => unknown;

interface Subscription {
  call(data: unknown): unknown;
}

interface Kind {
  readonly registration: Registration;
  /** By address, as it is given: bare or full. */
  readonly byAddress: Map<string, readonly Subscription[]>;
}

/** How a listener for one address is called. */
export interface AddressListenerOptions extends ListenerOptions {
  readonly once?: boolean;
}

/**
 * Those who listen for single addresses of a component. For each kind of thing they listen to there is one listener on the
 * component, however many addresses there are; it finds them by the address.
 */
export class AddressListeners {
  readonly #xmpp: BaseXMPP;
  readonly #jids = new JidParser();
  readonly #kinds = new Map<string, Kind>(); // bound: listeners of the program

  constructor(xmpp: BaseXMPP) {
    this.#xmpp = xmpp;
  }

  /** How many listeners there are on the component. */
  get size(): number {
    return this.#kinds.size;
  }

  /** @param attach Makes the listener on the component, where this is the first of its kind. */
  add<T>(
    kind: string,
    attach: (deliver: Deliver<T>) => Registration,
    address: JID,
    listener: Deliver<T>,
    { sequential = false, once = false }: AddressListenerOptions = {},
  ): Registration {
    const found = this.#kinds.get(kind) ?? this.#attach(kind, attach);
    const { byAddress } = found;
    const key = address.full;
    const failed = (error: unknown): void => this.#xmpp.reportError(error, `listener of ${kind} for ${key}`);
    const call = (data: unknown): unknown => guarded(() => listener(data as T), failed);
    let tail: Promise<unknown> = Promise.resolve();
    const subscription: Subscription = {
      call: (data) => {
        // Taken out by another listener of the same thing.
        if (registration.disposed) return undefined;
        if (once) registration.dispose();
        if (!sequential) return call(data);
        tail = tail.then(() => call(data));
        return tail;
      },
    };
    byAddress.set(key, [...(byAddress.get(key) ?? []), subscription]);
    const registration = new Registration(() => {
      const left = (byAddress.get(key) ?? []).filter((other) => other !== subscription);
      if (left.length > 0) byAddress.set(key, left);
      else byAddress.delete(key);
      if (byAddress.size > 0) return;
      found.registration.dispose();
      if (this.#kinds.get(kind) === found) this.#kinds.delete(kind);
    });
    return registration;
  }

  #attach<T>(kind: string, attach: (deliver: Deliver<T>) => Registration): Kind {
    const byAddress: Kind['byAddress'] = new Map();
    const made = { registration: attach((data) => this.#deliver(byAddress, data)), byAddress };
    this.#kinds.set(kind, made);
    return made;
  }

  #deliver(byAddress: Kind['byAddress'], data: unknown): unknown {
    const address = this.#addressOf(data);
    if (!address) return undefined;
    const found = [...(byAddress.get(address.full) ?? [])];
    if (!address.isBare) found.push(...(byAddress.get(address.bare.full) ?? []));
    const pending = found.map((subscription) => subscription.call(data)).filter((result) => result !== undefined);
    return pending.length > 0 ? Promise.all(pending) : undefined;
  }

  #addressOf(data: unknown): JID | undefined {
    if (!(data instanceof Stanza)) return (data as { owner?: JID }).owner;
    const to = data.xml.attribute('to');
    return to === undefined ? this.#xmpp.requestedJid : this.#jids.tryParse(to);
  }
}

/** Runs it; what it throws or rejects with goes to `failed`. A promise comes back where there is something to wait for. */
function guarded(run: () => unknown, failed: (error: unknown) => void): Promise<void> | undefined {
  try {
    const result = run();
    if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return undefined;
    return Promise.resolve(result).then(() => undefined, failed);
  } catch (error) {
    failed(error);
    return undefined;
  }
}
