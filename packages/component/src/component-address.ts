import {
  type AskOptions,
  type BaseXMPP,
  type ElementClass,
  type ElementView,
  type Iq,
  type JID,
  type Message,
  type MessageInit,
  type Presence,
  type PresenceInit,
  Registration,
  type RequestOptions,
  type Sending,
  type SendOptions,
  type XMPPEvents,
} from '@sestina/core';
import { disposeAll, type IqInit } from '@sestina/core/connection';
import type {
  AnswerOf,
  DataKind,
  DataProvider,
  IqHandler,
  IqHandlerOptions,
  MessageListenOptions,
  PayloadOf,
  PresenceListenOptions,
} from '@sestina/core/handlers';
import type { AddressListenerOptions, AddressListeners } from './address-listeners.js';

import type { ComponentRoster } from './roster/component-roster.js';
import type { ComponentRosterNode } from './roster/component-roster-node.js';

/** The events that are about one address: a stanza that came for it, a change in its roster. */
export type AddressEvent = Exclude<
  {
    [K in keyof XMPPEvents]: XMPPEvents[K] extends Message | Presence | { readonly owner: JID } ? K : never;
  }[keyof XMPPEvents],
  'sentPresence'
>;

/** The component that has the address. */
interface AddressOwner extends BaseXMPP {
  readonly roster: ComponentRoster;
}

type From = 'from';
/** Options of `iqGet` and `iqSet` of an address, which is the one that asks. */
export type AddressAskOptions<C extends ElementClass | undefined = undefined> = Omit<AskOptions<C>, From>;

/**
 * A component as one of its addresses: what it sends comes from there, what it hears came for there. A bare address hears for
 * all of its resources. It is a view and costs nothing to make; what it registers lasts until `dispose()`, also where
 * nobody holds the view any more.
 */
export class ComponentAddress {
  readonly #component: AddressOwner;
  readonly #listeners: AddressListeners;
  readonly #owned = new Set<Registration>();

  /** Made by `component.as(jid)`. @internal */
  constructor(
    component: AddressOwner,
    listeners: AddressListeners,
    /** The address, bare or full. */
    readonly jid: JID,
  ) {
    this.#component = component;
    this.#listeners = listeners;
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  /** The roster of the bare address. */
  get roster(): ComponentRosterNode {
    return this.#component.roster.of(this.jid);
  }

  // Sending.

  /** A message from this address. */
  message(init: Omit<MessageInit, From> = {}): Message {
    return this.#component.message({ ...init, from: this.jid });
  }

  /** A presence from this address. */
  presence(init: Omit<PresenceInit, From> = {}): Presence {
    return this.#component.presence({ ...init, from: this.jid });
  }

  /** An iq from this address, with its payload. For a question, `iqGet` and `iqSet` are shorter. */
  iq(init: Omit<IqInit, From>, payload?: ElementView): Iq {
    return this.#component.iq({ ...init, from: this.jid } as IqInit, payload);
  }

  /** Sends a stanza, whose `from` becomes this address. @throws ReadOnlyError for one that was received: send a copy. */
  send(stanza: ElementView, options?: SendOptions): Sending {
    stanza.xml.setAttribute('from', this.jid.full);
    return this.#component.send(stanza, options);
  }

  sendMessage(init: Omit<MessageInit, From>, options?: SendOptions): Sending {
    return this.#component.send(this.message(init), options);
  }

  /** Sends a presence; without `to` it goes to all who are subscribed to this address, and answers their probes from then on. */
  sendPresence(init: Omit<PresenceInit, From> = {}, options?: SendOptions): Sending {
    return this.#component.sendPresence({ ...init, from: this.jid }, options);
  }

  /** Asks for a subscription, or sends another of the four subscription types; the roster changes accordingly. */
  sendPresenceSubscription(
    to: JID | string,
    type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed' = 'subscribe',
  ): Sending {
    const { roster } = this;
    switch (type) {
      case 'subscribe':
        return roster.subscribe(to);
      case 'subscribed':
        return roster.authorize(to);
      case 'unsubscribe':
        return roster.unsubscribe(to);
      case 'unsubscribed':
        return roster.unauthorize(to);
    }
  }

  // Asking.

  /** Sends a request from this address; see `BaseXMPP.request()`. */
  request(iq: Iq, options?: RequestOptions): Promise<Iq> {
    iq.from = this.jid;
    return this.#component.request(iq, options);
  }

  /** Asks with an iq of type `get`. With the option `answer`, resolves with that payload. */
  iqGet<C extends ElementClass | undefined = undefined>(
    to: JID | string,
    payload: ElementView,
    options?: AddressAskOptions<C>,
  ): Promise<AnswerOf<C>> {
    return this.#component.iqGet<C>(to, payload, { ...options, from: this.jid });
  }

  /** Asks with an iq of type `set`. With the option `answer`, resolves with that payload. */
  iqSet<C extends ElementClass | undefined = undefined>(
    to: JID | string,
    payload: ElementView,
    options?: AddressAskOptions<C>,
  ): Promise<AnswerOf<C>> {
    return this.#component.iqSet<C>(to, payload, { ...options, from: this.jid });
  }

  // Hearing. What is for this address is told to the listeners of the component too.

  /** Calls `listener` at every such event that is about this address. */
  on<K extends AddressEvent>(
    name: K,
    listener: (data: XMPPEvents[K]) => unknown,
    options?: AddressListenerOptions,
  ): Registration {
    const attach = (deliver: (data: XMPPEvents[K]) => unknown): Registration => this.#component.on(name, deliver);
    return this.#own(this.#listeners.add(name, attach, this.jid, listener, options));
  }

  /** The same for the next such event only. */
  once<K extends AddressEvent>(name: K, listener: (data: XMPPEvents[K]) => unknown): Registration {
    return this.on(name, listener, { once: true });
  }

  /** Calls back for every message for this address; see `BaseXMPP.onMessage()`. */
  onMessage<C extends ElementClass | undefined = undefined>(
    callback: (message: Message, payload: PayloadOf<C>) => unknown,
    options?: Omit<MessageListenOptions<C>, 'to'>,
  ): Registration {
    return this.#own(this.#component.onMessage<C>(callback, { ...options, to: this.jid }));
  }

  /** Calls back for every presence for this address; see `BaseXMPP.onPresence()`. */
  onPresence<C extends ElementClass | undefined = undefined>(
    callback: (presence: Presence, payload: PayloadOf<C>) => unknown,
    options?: Omit<PresenceListenOptions<C>, 'to'>,
  ): Registration {
    return this.#own(this.#component.onPresence<C>(callback, { ...options, to: this.jid }));
  }

  // Answering.

  /** Answers requests to this address with that payload, before those handlers that answer for all; see `BaseXMPP.onIq()`. */
  onIq<V extends ElementView>(
    type: 'get' | 'set',
    payload: ElementClass<V>,
    handler: IqHandler<V>,
    options?: Omit<IqHandlerOptions, 'to'>,
  ): Registration {
    return this.#own(this.#component.onIq(type, payload, handler, { ...options, to: this.jid }));
  }

  /** Gives plugins their data for this address, or for one node of it; see `BaseXMPP.api`. */
  answer<Request, Result>(
    answer: DataKind<Request, Result>,
    handler: DataProvider<Request, Result>,
    { node }: { readonly node?: string | undefined } = {},
  ): Registration {
    return this.#own(this.#component.api.register(answer, handler, { jid: this.jid, node }));
  }

  #own(registration: Registration): Registration {
    const owned = new Registration(() => {
      this.#owned.delete(owned);
      registration.dispose();
    });
    this.#owned.add(owned);
    return owned;
  }

  /** Takes out every listener and answer that was registered by this object. Roster and presence stay as they are. */
  dispose(): void {
    disposeAll([...this.#owned]);
  }

  toString(): string {
    return this.jid.full;
  }
}
