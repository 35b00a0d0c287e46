import { XmlElement } from '@sestina/core';
import { NS_DISCO_INFO, NS_DISCO_ITEMS, NS_PING, NS_ROSTER, NS_VERSION } from './namespaces.js';

const SERVER_FEATURES = [NS_DISCO_INFO, NS_DISCO_ITEMS, NS_PING, NS_ROSTER, NS_VERSION, 'msgoffline'];

/** What the domain says of itself (XEP-0030). */
export const serverInfo = (): XmlElement => info('server', 'im', SERVER_FEATURES);

/** What is said of a user's account. */
export const accountInfo = (): XmlElement => info('account', 'registered', [NS_DISCO_INFO, NS_DISCO_ITEMS, NS_PING]);

/** The components, as items of the domain. */
export function serverItems(components: Iterable<string>): XmlElement {
  const query = new XmlElement('query', NS_DISCO_ITEMS);
  for (const jid of components) query.append(new XmlElement('item', NS_DISCO_ITEMS, { jid }));
  return query;
}

function info(category: string, type: string, features: readonly string[]): XmlElement {
  const query = new XmlElement('query', NS_DISCO_INFO);
  query.append(new XmlElement('identity', NS_DISCO_INFO, { category, type }));
  for (const feature of features) query.append(new XmlElement('feature', NS_DISCO_INFO, { var: feature }));
  return query;
}
