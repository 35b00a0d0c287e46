import { type JID, Message } from '@sestina/core';
import type { Unwrapped } from '@sestina/core/handlers';
import { Forwarded, isRoomPrivate, NS_FORWARD } from '@sestina/xep-0297';
import { CarbonReceived, CarbonSent, NS_CARBONS } from './stanza.js';

/** Who we are, as far as it decides whose word a copy is. */
export interface Account {
  readonly account: JID;
  vouches(from: JID | undefined): 'account' | 'server' | undefined;
}

/**
 * The message that a carbon is a copy of; `drop` where it is not our account that says so (XEP-0280 §11), or where there is not exactly
 * one message in it, of which our account is the side that it has to be.
 */
export function copied(us: Account, outer: Message, carbon: CarbonReceived | CarbonSent): Unwrapped | 'drop' {
  if (us.vouches(outer.from) !== 'account' || !isAlone(outer)) return 'drop';
  const message = onlyMessage(carbon);
  if (!message || message.type === 'groupchat') return 'drop';
  const { from, to } = message;
  if (!from || !to) return 'drop';
  const ours = carbon instanceof CarbonSent ? from : to;
  if (!ours.bare.equals(us.account)) return 'drop';
  const other = carbon instanceof CarbonSent ? to : from;
  const kind = other.isFull && isRoomPrivate(message) ? ({ kind: 'private' } as const) : {};
  return { message, source: 'carbon', by: us.account, ...kind };
}

/** Whether it is the only carbon of its message: several would be told as one. */
function isAlone({ xml }: Message): boolean {
  let carbons = 0;
  for (const { name, namespace } of xml.elements()) {
    if (namespace === NS_CARBONS && (name === CarbonReceived.tag || name === CarbonSent.tag)) carbons += 1;
  }
  return carbons === 1;
}

function onlyMessage(carbon: CarbonReceived | CarbonSent): Message | undefined {
  if (carbon.xml.childrenNamed(Forwarded.tag, NS_FORWARD).length !== 1) return undefined;
  const stanza = carbon.forwarded?.stanza;
  return stanza instanceof Message ? stanza : undefined;
}
