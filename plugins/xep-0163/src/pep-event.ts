import type { JID, XmlElement } from '@sestina/core';
import type { NodeEvent, PubSubNodeDefinition, PubSubPayload } from '@sestina/xep-0060';

/** An account tells something of a node of its own (XEP-0163): of each item one. */
export interface PepEvent<T = XmlElement> {
  /** `published`: the item is new, or another one. `retracted`: it is gone. `purged` and `deleted`: all items are. */
  readonly type: 'deleted' | 'published' | 'purged' | 'retracted';
  /** The account, which is the one that the stanza came from. */
  readonly from: JID;
  /** The device that has published it, as far as the server says so. */
  readonly resource: string | undefined;
  readonly node: string;
  /** Empty where there is none, and for `purged` and `deleted`. */
  readonly id: string;
  /** The payload as what the definition says; undefined for anything else, and where there is none. */
  readonly value: T | undefined;
  /** The payload as it came, read-only. */
  readonly xml: XmlElement | undefined;
  /** Whether it is our own account. */
  readonly own: boolean;
  /** Whether it is the first that was heard of that node of that account in this session: most often what was published before. */
  readonly initial: boolean;
  /** When it was published, where it was kept back. */
  readonly stamp: Date | undefined;
}

/** What is told of one node, before it is known what its items are. */
export type RawPepEvent = Omit<PepEvent, 'value'>;

/** One for each item. */
export function pepEvents(event: NodeEvent, from: JID, own: boolean): Omit<RawPepEvent, 'initial'>[] {
  const { node, replyTo, delay } = event;
  // A server's note on another account is nothing.
  const resource = replyTo?.bare.equals(from) ? replyTo.resource : undefined;
  const base = { from, resource, node, own, stamp: delay };
  switch (event.type) {
    case 'published':
      return event.items.map(({ id, xml }) => ({ ...base, type: 'published', id, xml }));
    case 'retracted':
      return event.ids.map((id) => ({ ...base, type: 'retracted', id, xml: undefined }));
    case 'purged':
    case 'deleted':
      return [{ ...base, type: event.type, id: '', xml: undefined }];
    default:
      return [];
  }
}

/** The same, its payload as what the definition says. */
export function typed<T extends PubSubPayload>(event: RawPepEvent, definition: PubSubNodeDefinition<T>): PepEvent<T> {
  return { ...event, value: definition.read(event.xml) };
}
