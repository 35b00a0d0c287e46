import { child, declarePlacement, element, extend, flag, Message } from '@sestina/core';
import { Forwarded } from '@sestina/xep-0297';

/** The namespace, which is the feature, too. */
export const NS_CARBONS = 'urn:xmpp:carbons:2';

/** `<received/>`: a copy of what was sent to another resource of the account (XEP-0280 §7). */
export class CarbonReceived extends element('received', NS_CARBONS, { forwarded: child(Forwarded) }) {}

/** `<sent/>`: a copy of what another resource of the account has sent (XEP-0280 §8). */
export class CarbonSent extends element('sent', NS_CARBONS, { forwarded: child(Forwarded) }) {}

/** `<enable/>`: asks for copies (XEP-0280 §4). */
export class EnableCarbons extends element('enable', NS_CARBONS) {}

/** `<disable/>`: asks for no more of them (XEP-0280 §5). */
export class DisableCarbons extends element('disable', NS_CARBONS) {}

/** `<private/>`: this message is not to be copied (XEP-0280 §9). */
export class NoCarbons extends element('private', NS_CARBONS) {}

// Servers have to see it.
declarePlacement(NoCarbons, 'outside');

declare module '@sestina/core' {
  interface Message {
    /** Whether servers are asked not to copy it to other resources of either account (XEP-0280 §9). */
    noCarbons: boolean;
  }
}

extend(Message, { noCarbons: flag(NoCarbons.tag, NS_CARBONS) }, NS_CARBONS);
