import { ChatStates } from '@sestina/xep-0085';
import { DeliveryReceipts } from '@sestina/xep-0184';
import { StanzaForwarding } from '@sestina/xep-0297';
import { MessageCorrection } from '@sestina/xep-0308';
import { DisplayedMarkers } from '@sestina/xep-0333';
import { References } from '@sestina/xep-0372';
import { Spoilers } from '@sestina/xep-0382';
import { MessageStyling } from '@sestina/xep-0393';
import { MessageRetraction } from '@sestina/xep-0424';
import { FallbackIndication } from '@sestina/xep-0428';
import { MessageReactions } from '@sestina/xep-0444';
import { MessageReplies } from '@sestina/xep-0461';
import { part } from '../part.js';

/** What people do with messages. */
export const conversation = {
  /** Text that stands there for other programs is left out (XEP-0428). */
  fallbacks: part(FallbackIndication),
  /** Messages that are passed on (XEP-0297). */
  forwarding: part(StanzaForwarding),
  /** Whether a message has arrived (XEP-0184). */
  receipts: part(DeliveryReceipts, { answer: 'nobody' }),
  /** Whether a message was shown (XEP-0333). */
  markers: part(DisplayedMarkers, { send: 'nobody' }),
  /** Whether somebody is writing (XEP-0085). */
  chatStates: part(ChatStates, { send: 'nobody' }),
  /** Messages that take the place of mistyped ones (XEP-0308). */
  correction: part(MessageCorrection),
  /** Messages that are taken back (XEP-0424). */
  retraction: part(MessageRetraction),
  /** Emojis at messages (XEP-0444). */
  reactions: part(MessageReactions),
  /** Answers to a certain message (XEP-0461). */
  replies: part(MessageReplies),
  /** Who, and what, a message speaks of (XEP-0372). */
  references: part(References),
  /** Bold, italic, quotes in plain text (XEP-0393). */
  styling: part(MessageStyling),
  /** Text that is shown when it is clicked at (XEP-0382). */
  spoilers: part(Spoilers),
};
