import type { StanzaError } from '@sestina/core';
import type { UnsentStanza } from './unsent-stanza.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** The server counts stanzas from now on. `max`: seconds that it keeps the session without a connection, where it says so. */
    smEnabled: { readonly resumable: boolean; readonly max: number | undefined };
    /** The server refused to count, or to resume the session (`wasResuming`): then a new one begins. `condition`: why, if it says so. */
    smFailed: { readonly condition: StanzaError['condition'] | undefined; readonly wasResuming: boolean };
    /**
     * A session is over, and these were written and never counted, oldest first: they may or may not have arrived. Each can be sent
     * once more with `resend()`.
     */
    smUnknown: { readonly sendings: readonly UnsentStanza[] };
  }
}
