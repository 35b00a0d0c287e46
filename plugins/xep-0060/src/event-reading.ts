import { JID, type Message, type XmlElement } from '@sestina/core';
import { Delay } from '@sestina/xep-0203';
import type { NodeEvent, PubSubItem } from './events.js';
import type { PubSubEventElement } from './stanza.js';

// Of all items of an event, and of each list of what is told beside them.
const MAX_IDS = 10_000;
const MAX_SUBIDS = 100;
const NS_SHIM = 'http://jabber.org/protocol/shim';
const NS_ADDRESS = 'http://jabber.org/protocol/address';

/** Bytes of an element, as far as it takes to know whether they are more than so many. */
export function exceeds(xml: XmlElement, limit: number): boolean {
  const text = xml.toString();
  if (text.length > limit) return true;
  return text.length * 3 > limit && new TextEncoder().encode(text).length > limit;
}

/** The item of an element. */
export function itemOf({
  id,
  publisher,
  payload,
}: {
  id: string | undefined;
  publisher: JID | undefined;
  payload: XmlElement | undefined;
}): PubSubItem {
  return { id: id ?? '', value: payload, xml: payload, publisher };
}

/**
 * What a message says of nodes, in its order. Undefined where an item is larger than `maxPayload` bytes, or there are too many.
 * @param service Who says it.
 */
export function eventsIn(
  message: Message,
  event: PubSubEventElement,
  service: JID,
  maxPayload: number,
): readonly NodeEvent[] | undefined {
  const base = {
    service,
    subids: subidsOf(message.xml),
    delay: stampOf(message),
    replyTo: replyToOf(message.xml),
    message,
  };
  const found: NodeEvent[] = [];
  const { items, purge, configuration, subscription, delete: deleted } = event;
  if (items?.node !== undefined) {
    const { node } = items;
    const published = [...items.items].map(itemOf);
    const ids = [...items.retracts].flatMap(({ id }) => id ?? []);
    if (published.length > MAX_IDS || ids.length > MAX_IDS) return undefined;
    if (published.some(({ xml }) => xml && exceeds(xml, maxPayload))) return undefined;
    if (published.length > 0 || ids.length === 0) {
      const notification = published.every(({ xml }) => xml === undefined);
      found.push({ ...base, type: 'published', node, items: published, notification });
    }
    if (ids.length > 0) found.push({ ...base, type: 'retracted', node, ids });
  }
  if (purge?.node !== undefined) found.push({ ...base, type: 'purged', node: purge.node });
  if (deleted?.node !== undefined) {
    found.push({ ...base, type: 'deleted', node: deleted.node, redirect: deleted.redirect?.uri });
  }
  if (configuration?.node !== undefined) {
    found.push({ ...base, type: 'configured', node: configuration.node, form: configuration.form });
  }
  if (subscription?.node !== undefined) {
    const { node, jid, subid, subscription: state } = subscription;
    found.push({ ...base, type: 'subscription', node, jid, subid, state });
  }
  return found;
}

function subidsOf(message: XmlElement): readonly string[] {
  const headers = message.child('headers', NS_SHIM)?.childrenNamed('header') ?? [];
  return headers
    .filter((header) => header.attribute('name')?.toLowerCase() === 'subid')
    .slice(0, MAX_SUBIDS)
    .map(({ text }) => text);
}

function stampOf({ xml }: Message): Date | undefined {
  const delay = xml.child(Delay.tag, Delay.namespace);
  return delay && new Delay(delay).stamp;
}

/** Servers say which resource of an account has published (XEP-0163 §4.3.1). */
function replyToOf(message: XmlElement): JID | undefined {
  const addresses = message.child('addresses', NS_ADDRESS)?.childrenNamed('address') ?? [];
  const reply = addresses.slice(0, MAX_SUBIDS).find((each) => each.attribute('type') === 'replyto');
  const jid = reply?.attribute('jid');
  // What cannot be an address costs an error, and most events have none.
  return jid === undefined ? undefined : JID.tryParse(jid);
}
