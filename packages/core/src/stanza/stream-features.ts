import { NS_STREAM } from '@sestina/xml';
import { type ElementClass, type ElementView, element, isA, viewOf } from './element.js';

/** `<stream:features/>` (RFC 6120 §4.3.2): what the server offers at this point of the stream. */
export class StreamFeatures extends element('features', NS_STREAM) {
  /** The feature as that class, or undefined where it is not offered. */
  feature<V extends ElementView>(cls: ElementClass<V>): V | undefined {
    for (const xml of this.xml.elements()) if (isA(cls, xml)) return viewOf(cls, xml);
    return undefined;
  }

  /** Whether it is offered. */
  has(name: string, namespace: string): boolean {
    return this.xml.child(name, namespace) !== undefined;
  }
}
