import { DiscoveryExtensions } from '@sestina/xep-0128';
import { ClientState } from '@sestina/xep-0352';
import { PushNotifications } from '@sestina/xep-0357';
import { askedPart, part } from '../part.js';

/** What a program says of itself and of its device. */
export const device = {
  /** More that we say of ourselves to those who ask what we can do (XEP-0128). */
  discoExtensions: part(DiscoveryExtensions),
  /** Tells the server whether somebody uses the client (XEP-0352). */
  clientState: part(ClientState),
  /** Has the server wake the program up by a service of the platform (XEP-0357). Only where it is asked for. */
  push: askedPart(PushNotifications),
};
