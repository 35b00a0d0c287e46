/**
 * What other plugins have asked for while a resource is bound within the login.
 *
 * @module
 */

import { Plugin, type Registration, type XmlElement } from '@sestina/core';
import type { NegotiationContext } from '@sestina/core/connection';

/** What is asked for while a resource is bound (XEP-0386 §3.1). */
export interface BindFeature {
  /** As `<feature var=''/>` names it. */
  readonly namespace: string;
  /** What is written into `<bind/>`; undefined: nothing. Called for each attempt to log in, where the server offers it. */
  request?(context: NegotiationContext): XmlElement | undefined;
  /** Looks at `<bound/>`, where `request` had something or the server need not be asked for it. */
  response?(bound: XmlElement, context: NegotiationContext): void;
}

/**
 * What can be asked for while a resource is bound, as `Bind2` has it. A class of its own, so that a plugin can ask for it where it is
 * there, and brings it along nowhere else.
 */
export abstract class BindFeatures extends Plugin {
  /** Asks for a feature while a resource is bound. */
  abstract inline(feature: BindFeature): Registration;
}
