import { JID, type StanzaErrorCondition, type XmlElement } from '@sestina/core';
import type { ServerManners } from './manners.js';
import type { Account } from './session.js';
import { bareOf } from './stanzas.js';

const MAX_NAME = 1_023;
const SUBSCRIPTIONS: ReadonlySet<string> = new Set(['none', 'to', 'from', 'both', 'remove']);

/** What a request says about a contact. */
export interface ItemChange {
  /** Bare. */
  readonly jid: string;
  /** The address that the item has from then on. */
  readonly address: string;
  readonly remove: boolean;
  readonly name: string | undefined;
  readonly groups: readonly string[];
}

/** Why a request is refused. */
export interface Refusal {
  readonly condition: StanzaErrorCondition;
  readonly text?: string;
}

/** Reads the one item of a request to change a roster (RFC 6121 §2.3.3 says what is wrong with it). @internal */
export type ItemReader = (query: XmlElement, account: Account) => ItemChange | Refusal;

function changeOf(item: XmlElement, jid: string, groups: readonly string[]): ItemChange {
  return {
    jid,
    address: jid,
    remove: item.attribute('subscription') === 'remove',
    name: item.attribute('name') || undefined,
    groups,
  };
}

const groupsOf = (item: XmlElement): string[] => item.childrenNamed('group').map(({ text }) => text);

const byTheRfc: ItemReader = (query, account) => {
  const items = query.childrenNamed('item');
  const [item] = items;
  const jid = JID.tryParse(item?.attribute('jid') ?? '');
  if (items.length !== 1 || !item || !jid) return { condition: 'bad-request' };
  const contact = bareOf(jid);
  if (contact === account.bare) return { condition: 'not-allowed' };
  const change = changeOf(item, contact, groupsOf(item));
  if (change.remove) return account.roster.get(contact) ? change : { condition: 'item-not-found' };
  const { name, groups } = change;
  if (new Set(groups).size < groups.length) return { condition: 'bad-request' };
  if ((name?.length ?? 0) > MAX_NAME || groups.some((group) => group === '' || group.length > MAX_NAME)) {
    return { condition: 'not-acceptable' };
  }
  return change;
};

/** Takes empty groups, and doubled ones as one, but no full address. */
const byProsody: ItemReader = (query, account) => {
  const [item, second] = [...query.elements()];
  const jid = JID.tryParse(item?.attribute('jid') ?? '');
  if (item?.name !== 'item' || second || !jid?.isBare) return { condition: 'bad-request' };
  if (jid.full === account.bare) return { condition: 'not-allowed' };
  const change = changeOf(item, jid.full, [...new Set(groupsOf(item))]);
  return change.remove && !account.roster.get(change.jid) ? { condition: 'item-not-found' } : change;
};

/** Takes any address, our own too, and takes out who is not there; is strict with the rest, and says why. */
const byEjabberd: ItemReader = (query) => {
  const [item, second] = [...query.elements()];
  if (!item) return { condition: 'service-unavailable', text: 'No module is handling this query' };
  const bad = (text: string): Refusal => ({ condition: 'bad-request', text });
  const inItem = (what: string, tag = 'item'): Refusal =>
    bad(`${what} in tag <${tag}/> qualified by namespace 'jabber:iq:roster'`);
  const address = item.attribute('jid');
  if (address === undefined) return inItem("Missing attribute 'jid'");
  const jid = JID.tryParse(address);
  if (!jid) return inItem("Bad value of attribute 'jid'");
  if (!SUBSCRIPTIONS.has(item.attribute('subscription') ?? 'none'))
    return inItem("Bad value of attribute 'subscription'");
  const groups = groupsOf(item);
  if (groups.includes('')) return inItem('Missing cdata', 'group');
  if (second) return bad('Multiple <item/> elements are not allowed by RFC6121');
  if (item.attribute('ask') !== undefined) return bad("Possessing 'ask' attribute is not allowed by RFC6121");
  if (new Set(groups).size < groups.length) return bad('Duplicated groups are not allowed by RFC6121');
  return { ...changeOf(item, bareOf(jid), groups), address: jid.full };
};

/** How each server reads them. @internal */
export const ITEM_READERS: Readonly<Record<ServerManners, ItemReader>> = {
  rfc: byTheRfc,
  prosody: byProsody,
  ejabberd: byEjabberd,
};
