import type { Limits } from './limits.js';
import { NS_XML } from './namespaces.js';

/** What an element has from the stream that it stands in. */
export interface Surroundings {
  readonly limits: Limits;
  /** The default namespace of first-level elements. */
  readonly inside: string;
  /** The one that the header declares. */
  readonly contentNamespace: string;
  /** The namespace of a prefix of the header. */
  namespaceOf(prefix: string): string | undefined;
}

/**
 * The namespace of an element, for the one that it is written in. What repeats the declaration of the header is the same as what
 * leaves it out: a component's stanzas are `jabber:client`, wherever and however their namespace is written.
 */
export function insideOf(around: Pick<Surroundings, 'contentNamespace' | 'inside'>, written: string): string {
  return written === around.contentNamespace ? around.inside : written;
}

/** What is around the root of a document. */
export function aroundDocument(namespace: string, limits: Limits): Surroundings {
  return {
    limits,
    inside: namespace,
    contentNamespace: namespace,
    namespaceOf: (prefix) => (prefix === 'xml' ? NS_XML : undefined),
  };
}
