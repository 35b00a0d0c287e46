/** XEP-0280: Message Carbons, version 1.0.1. */
export { MessageCarbons, MessageCarbonsOptions } from './message-carbons.js';
export { CarbonReceived, CarbonSent, DisableCarbons, EnableCarbons, NoCarbons, NS_CARBONS } from './stanza.js';
