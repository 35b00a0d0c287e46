import { attr, child, childText, childTexts, declareSecret, element, extend } from '@sestina/core';
import { StreamFeatures } from '@sestina/core/connection';

/** The namespace of extensible SASL, and the feature that the server offers. */
export const NS_SASL2 = 'urn:xmpp:sasl:2';

/** `<authentication/>`: the server offers to log in (XEP-0388 §2.1). */
export class Authentication extends element('authentication', NS_SASL2, { mechanisms: childTexts('mechanism') }) {}

/** `<user-agent/>`: which client logs in (XEP-0388 §2.3). */
export class UserAgent extends element('user-agent', NS_SASL2, {
  /** The same for each login of this client on this device: a UUID of version 4. */
  id: attr('id'),
  software: childText('software'),
  device: childText('device'),
}) {}

// What is said in a task may be a password, or as good as one.
for (const name of ['next', 'task-data']) declareSecret({ name, namespace: NS_SASL2 });

declare module '@sestina/core/connection' {
  interface StreamFeatures {
    /** Extensible SASL (XEP-0388). */
    authentication: Authentication | undefined;
  }
}

extend(StreamFeatures, { authentication: child(Authentication) }, NS_SASL2);
