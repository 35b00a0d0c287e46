import type { Message } from '@sestina/core';
import { Displayed } from '@sestina/xep-0333';
import type { PositionKeeper } from './position-keeper.js';
import { NS_DISPLAYED_SYNC } from './stanza.js';

/**
 * Has a marker that goes to a contact take along what is due: the server makes the item of it, and takes it out (XEP-0490 §4.5). The address
 * is taken for the conversation as it is, so it has to be a bare one.
 */
export function assist({ to, xml }: Message, keeper: PositionKeeper): void {
  if (!to?.isBare || !xml.child(Displayed.tag, Displayed.namespace)) return;
  const due = keeper.dueOf(to);
  if (due && !xml.child(due.xml.name, NS_DISPLAYED_SYNC)) xml.append(due.xml);
}
