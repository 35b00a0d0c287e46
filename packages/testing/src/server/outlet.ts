import type { StanzaErrorCondition, XmlElement } from '@sestina/core';

/** Where stanzas go that have `from` and `to`. @internal */
export interface Outlet {
  /** Brings it to where it belongs. */
  route(stanza: XmlElement): void;
  /** Sends an error back to where the stanza came from, unless it is itself an answer. */
  bounce(stanza: XmlElement, condition: StanzaErrorCondition, text?: string): void;
}
