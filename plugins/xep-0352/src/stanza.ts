import { child, element, extend } from '@sestina/core';
import { StreamFeatures } from '@sestina/core/connection';

/** The namespace of client state indication, and the feature that the server offers. */
export const NS_CSI = 'urn:xmpp:csi:0';

/** `<csi/>`: the server wants to know (XEP-0352 §4.1). */
export class CsiFeature extends element('csi', NS_CSI) {}

/** `<active/>`: somebody uses this client (XEP-0352 §4.2). */
export class Active extends element('active', NS_CSI) {}

/** `<inactive/>`: nobody does. */
export class Inactive extends element('inactive', NS_CSI) {}

declare module '@sestina/core/connection' {
  interface StreamFeatures {
    /** Client state indication (XEP-0352). */
    csi: CsiFeature | undefined;
  }
}

extend(StreamFeatures, { csi: child(CsiFeature) }, NS_CSI);
