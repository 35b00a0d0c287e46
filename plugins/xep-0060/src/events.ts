import type { JID, Message, XmlElement } from '@sestina/core';
import type { Form } from '@sestina/xep-0004';
import type { PubSubPayload } from './definition.js';
import type { SubscriptionState } from './stanza.js';

/** An item of a node. */
export interface PubSubItem<T = XmlElement> {
  /** Empty where the service gives none. */
  readonly id: string;
  /** The payload as what the node's definition says; undefined where there is none, or it is of another class. */
  readonly value: T | undefined;
  /** The payload as it came, read-only. To keep it, take `compact()` of it. */
  readonly xml: XmlElement | undefined;
  /** Who has published it. Many services repeat what the publisher says. */
  readonly publisher: JID | undefined;
}

/** What all events of nodes have. */
interface EventBase {
  /** Who says it: the service, or the account of whose personal eventing it is. */
  readonly service: JID;
  readonly node: string;
  /** Which of our subscriptions it is for, where there are several. */
  readonly subids: readonly string[];
  /** When it was published, where it was kept back. */
  readonly delay: Date | undefined;
  /** The resource that published it, in words of the service. */
  readonly replyTo: JID | undefined;
  /** The stanza. */
  readonly message: Message;
}

/** Items were published. */
export interface PublishedEvent<T = XmlElement> extends EventBase {
  readonly type: 'published';
  /** None where a transient node only says that something is the case. */
  readonly items: readonly PubSubItem<T>[];
  /** Whether there is no payload to be seen: what there is has to be asked for. */
  readonly notification: boolean;
}

/** Items were taken back. */
export interface RetractedEvent extends EventBase {
  readonly type: 'retracted';
  readonly ids: readonly string[];
}

/** All items were taken away. */
export interface PurgedEvent extends EventBase {
  readonly type: 'purged';
}

/** The node was deleted. */
export interface DeletedEvent extends EventBase {
  readonly type: 'deleted';
  /** Where it is now, as a URI. */
  readonly redirect: string | undefined;
}

/** The node has other settings. */
export interface ConfiguredEvent extends EventBase {
  readonly type: 'configured';
  readonly form: Form | undefined;
}

/** A subscription of ours is another one. */
export interface SubscriptionEvent extends EventBase {
  readonly type: 'subscription';
  readonly jid: JID | undefined;
  readonly state: SubscriptionState | undefined;
  readonly subid: string | undefined;
}

/** Something that a service tells of a node. */
export type NodeEvent<T = XmlElement> =
  | ConfiguredEvent
  | DeletedEvent
  | PublishedEvent<T>
  | PurgedEvent
  | RetractedEvent
  | SubscriptionEvent;

/** The events of a node, by their type. */
export type NodeEvents<T = XmlElement> = { readonly [K in NodeEvent['type']]: Extract<NodeEvent<T>, { type: K }> };

/** The same event, its items as what the definition says. */
export function typedEvent<T extends PubSubPayload>(
  event: NodeEvent,
  read: (payload: XmlElement | undefined) => T | undefined,
): NodeEvent<T> {
  if (event.type !== 'published') return event;
  return { ...event, items: event.items.map((item) => ({ ...item, value: read(item.xml) })) };
}
