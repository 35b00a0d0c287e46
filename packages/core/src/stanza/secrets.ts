import type { XmlElement } from '@sestina/xml';
import type { ElementClass } from './element.js';

/** Where in the XML a secret stands. */
export interface SecretPlace {
  /** The name of the element. */
  readonly name: string;
  /**
   * Its namespace.
   * @default any
   */
  readonly namespace?: string | undefined;
  /**
   * The attribute that is secret.
   * @default all text in the element and below it
   */
  readonly attribute?: string | undefined;
  /** Whether this one is; without it each of them. */
  readonly when?: ((element: XmlElement) => boolean) | undefined;
}

/** By the name of the element, and by what tells places of one name apart: declaring one twice is harmless. */
const PLACES = new Map<string, Map<string, SecretPlace>>(); // module-state: what elements are like, the same for all connections

/**
 * Says that an element, or one of its attributes, holds a password, a proof or a token: tracers see `***` there. To be called
 * beside the element class, once.
 */
export function declareSecret(what: ElementClass | SecretPlace): void {
  const place: SecretPlace = 'tag' in what ? { name: what.tag, namespace: what.namespace } : what;
  const places = PLACES.get(place.name) ?? new Map<string, SecretPlace>();
  PLACES.set(place.name, places.set(`${place.namespace ?? '*'} ${place.attribute ?? ''}`, place));
}

/** What of an element is secret: its text, some of its attributes; undefined where nothing is. */
export function secretsOf(
  element: XmlElement,
): { readonly text: boolean; readonly attributes: readonly string[] } | undefined {
  const places = PLACES.get(element.name);
  if (!places) return undefined;
  let text = false;
  const attributes: string[] = [];
  for (const { namespace = element.namespace, attribute, when } of places.values()) {
    if (namespace !== element.namespace || when?.(element) === false) continue;
    if (attribute === undefined) text = true;
    else if (element.attribute(attribute) !== undefined) attributes.push(attribute);
  }
  return text || attributes.length > 0 ? { text, attributes } : undefined;
}

// Whoever speaks a protocol by hand has these hidden too: a password is one in every namespace.
for (const name of ['digest', 'password', 'secret', 'token']) declareSecret({ name });
// Data forms (XEP-0004): a private field says so itself, and one that is submitted need not repeat its type.
const SECRET_FIELD = /pass(?:word|wd|phrase)|secret|token/i;
declareSecret({
  name: 'field',
  namespace: 'jabber:x:data',
  when: (field) => field.attribute('type') === 'text-private' || SECRET_FIELD.test(field.attribute('var') ?? ''),
});
// Extensible SASL (XEP-0388) and its tokens (XEP-0484).
for (const name of ['additional-data', 'challenge', 'initial-response', 'response'])
  declareSecret({ name, namespace: 'urn:xmpp:sasl:2' });
declareSecret({ name: 'token', namespace: 'urn:xmpp:fast:0', attribute: 'token' });
// Whoever knows the id of a stream may resume it (XEP-0198).
for (const [name, attribute] of [
  ['enabled', 'id'],
  ['resume', 'previd'],
  ['resumed', 'previd'],
] as const)
  declareSecret({ name, namespace: 'urn:xmpp:sm:3', attribute });
// What authorizes an upload (XEP-0363 §5): cookies and the like.
declareSecret({ name: 'header', namespace: 'urn:xmpp:http:upload:0' });
