/** XEP-0424: Message Retraction, version 0.4.2. */
export { RetractionError, type RetractionFailure } from './errors.js';
export {
  type Acceptance,
  type MessageRetracted,
  MessageRetraction,
  MessageRetractionOptions,
  type RetractOptions,
} from './message-retraction.js';
export {
  ApplyTo,
  LegacyRetracted,
  LegacyRetraction,
  NS_FASTEN,
  NS_RETRACT,
  NS_RETRACT_0,
  Retracted,
  Retraction,
} from './stanza.js';
