import { MemoryMessageIndex } from '@sestina/message-index';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { EntityCapabilities } from '@sestina/xep-0115';
import { Ping } from '@sestina/xep-0199';
import { DelayedDelivery } from '@sestina/xep-0203';
import { MessageHints } from '@sestina/xep-0334';
import { StanzaIds } from '@sestina/xep-0359';
import { part } from '../part.js';

/** What everything else builds on. */
export const ground = {
  /** What others can do, and what we can (XEP-0030). */
  disco: part(ServiceDiscovery),
  /** What others can do, known from their presence (XEP-0115). */
  capabilities: part(EntityCapabilities),
  /** Answers whether we are there (XEP-0199). */
  ping: part(Ping),
  /** When a message was sent that comes late (XEP-0203). */
  delays: part(DelayedDelivery),
  /** What archives call a message (XEP-0359). */
  stanzaIds: part(StanzaIds),
  /** What servers are to do with a message (XEP-0334). */
  hints: part(MessageHints),
  /** Which message is meant, and whether it was seen before. */
  index: part(MemoryMessageIndex),
};
