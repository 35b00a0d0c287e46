import { parseDocument, XmlElement } from '@sestina/xml';
import { JID } from '../jid/index.js';
import { type ElementClass, type ElementView, isA } from '../stanza/element.js';
import { type PathStep, parsePath, stepMatches } from './path.js';

/** What the handler index files a handler under; the more it knows, the fewer stanzas the matcher is asked about. */
export interface MatcherKeys {
  /** Local name of the stanza. */
  readonly root?: string | undefined;
  /** A child element that has to be there. */
  readonly payload?: { readonly name: string; readonly namespace: string } | undefined;
  /** The stanza's id. */
  readonly id?: string | undefined;
  /** Its sender; a bare address stands for all of its resources. */
  readonly from?: JID | undefined;
  /** The address of ours that it is for, in the same way. */
  readonly to?: JID | undefined;
}

/** Decides whether a handler wants a stanza. */
export interface Matcher {
  readonly keys: MatcherKeys;
  /** Where one set of keys is not enough: the handler is filed under each of these, and `keys` is not looked at. */
  readonly alternatives?: readonly MatcherKeys[] | undefined;
  matches(stanza: XmlElement): boolean;
}

/** By id alone. For answers use `MatchIdSender`: anybody can send a stanza with a known id. */
export class MatchId implements Matcher {
  readonly keys: MatcherKeys;
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
    this.keys = { id };
  }

  matches(stanza: XmlElement): boolean {
    return stanza.attribute('id') === this.#id;
  }
}

/** By id and sender: an answer, from one of those who may give it. `undefined` among the senders stands for no `from`. */
export class MatchIdSender implements Matcher {
  readonly keys: MatcherKeys;
  readonly #id: string;
  readonly #senders: readonly (JID | undefined)[];

  constructor(id: string, ...senders: (JID | string | undefined)[]) {
    this.#id = id;
    this.#senders = senders.map((sender) => (typeof sender === 'string' ? JID.parse(sender) : sender));
    this.keys = { id };
  }

  matches(stanza: XmlElement): boolean {
    if (stanza.attribute('id') !== this.#id) return false;
    const raw = stanza.attribute('from');
    const from = raw === undefined ? undefined : JID.tryParse(raw);
    if (raw !== undefined && from === undefined) return false;
    return this.#senders.some((sender) => (sender === undefined ? from === undefined : from?.equals(sender) === true));
  }
}

/**
 * By a path of element names and attributes: `iq@type=set/{jabber:iq:roster}query`. A name without a namespace matches
 * in any, `*` matches any name; a value with a slash is quoted, `message@from='a@b/c'`. The typed form is `matchPayload`.
 */
export class MatchPath implements Matcher {
  readonly keys: MatcherKeys;
  readonly #steps: readonly PathStep[];

  /** @throws TypeError for a path that cannot be read. */
  constructor(path: string) {
    this.#steps = parsePath(path);
    this.keys = keysOf(this.#steps);
  }

  matches(stanza: XmlElement): boolean {
    return walk(stanza, this.#steps, 0);
  }
}

/** By an XPath of children: `{jabber:client}iq/{jabber:iq:roster}query[@ver='1']`. Every name needs its namespace, or is `*`. */
export class MatchXPath implements Matcher {
  readonly keys: MatcherKeys;
  readonly #steps: readonly PathStep[];

  /** @throws TypeError for a path that cannot be read, or with a name without its namespace. */
  constructor(xpath: string) {
    this.#steps = parsePath(xpath, { xpath: true });
    const bare = this.#steps.find((step) => step.namespace === undefined && step.name !== '*');
    if (bare) throw new TypeError(`XPath ${JSON.stringify(xpath)}: write {namespace}${bare.name}`);
    this.keys = keysOf(this.#steps);
  }

  matches(stanza: XmlElement): boolean {
    return walk(stanza, this.#steps, 0);
  }
}

/**
 * By a mask: everything in the mask has to be in the stanza, which may have more. An element of the mask without a
 * namespace matches in any.
 */
export class MatchXMLMask implements Matcher {
  readonly keys: MatcherKeys;
  readonly #mask: XmlElement;

  /** @throws XmlStreamError for text that is not one element. */
  constructor(mask: XmlElement | string) {
    this.#mask = mask instanceof XmlElement ? mask : parseDocument(mask);
    const payload = this.#mask.firstElement;
    this.keys = {
      root: this.#mask.name,
      payload: payload?.namespace ? { name: payload.name, namespace: payload.namespace } : undefined,
      id: this.#mask.attribute('id'),
    };
  }

  matches(stanza: XmlElement): boolean {
    return covers(this.#mask, stanza);
  }
}

/** By any of several matchers. */
export class MatchMany implements Matcher {
  readonly keys: MatcherKeys = {};
  readonly alternatives: readonly MatcherKeys[];
  readonly #matchers: readonly Matcher[];

  constructor(...matchers: Matcher[]) {
    this.#matchers = matchers;
    this.alternatives = matchers.flatMap((matcher) => matcher.alternatives ?? [matcher.keys]);
  }

  matches(stanza: XmlElement): boolean {
    return this.#matchers.some((matcher) => matcher.matches(stanza));
  }
}

/** By stanza class, payload class and type: the typed way, and the one that the index likes best. */
export class MatchPayload implements Matcher {
  readonly keys: MatcherKeys;
  readonly #root: ElementClass;
  readonly #payload: ElementClass | undefined;
  readonly #type: string | undefined;

  constructor(root: ElementClass, payload?: ElementClass, type?: string) {
    this.#root = root;
    this.#payload = payload;
    this.#type = type;
    this.keys = {
      root: root.tag,
      payload: payload && { name: payload.tag, namespace: payload.namespace },
    };
  }

  matches(stanza: XmlElement): boolean {
    if (!isA(this.#root, stanza)) return false;
    if (this.#type !== undefined && stanza.attribute('type') !== this.#type) return false;
    return !this.#payload || stanza.child(this.#payload.tag, this.#payload.namespace) !== undefined;
  }
}

/** `matchPayload(Iq, RosterQuery, 'set')`: stanzas of that class that carry that payload and have that type. */
export function matchPayload(root: ElementClass, payload?: ElementClass<ElementView>, type?: string): MatchPayload {
  return new MatchPayload(root, payload, type);
}

function keysOf(steps: readonly PathStep[]): MatcherKeys {
  const [root, payload] = steps;
  return {
    root: root && root.name !== '*' ? root.name : undefined,
    payload:
      payload?.namespace !== undefined && payload.name !== '*'
        ? { name: payload.name, namespace: payload.namespace }
        : undefined,
    id: root?.attributes.find(([name]) => name === 'id')?.[1],
  };
}

function walk(element: XmlElement, steps: readonly PathStep[], at: number): boolean {
  const step = steps[at];
  if (!step || !stepMatches(step, element)) return false;
  if (at === steps.length - 1) return true;
  for (const child of element.elements()) if (walk(child, steps, at + 1)) return true;
  return false;
}

function covers(mask: XmlElement, element: XmlElement): boolean {
  if (mask.name !== element.name) return false;
  if (mask.namespace !== '' && mask.namespace !== element.namespace) return false;
  if (!mask.attributes().every(([name, value]) => element.attribute(name) === value)) return false;
  const text = mask.text.trim();
  if (text !== '' && text !== element.text.trim()) return false;
  return coversChildren([...mask.elements()], [...element.elements()]);
}

/** Whether each wanted one has a child of its own that it covers (a bipartite matching, by augmenting paths). */
function coversChildren(wanted: readonly XmlElement[], children: readonly XmlElement[]): boolean {
  const takenBy = new Map<XmlElement, XmlElement>();
  const place = (mask: XmlElement, tried: Set<XmlElement>): boolean => {
    for (const child of children) {
      if (tried.has(child) || !covers(mask, child)) continue;
      tried.add(child);
      const other = takenBy.get(child);
      if (other && !place(other, tried)) continue;
      takenBy.set(child, mask);
      return true;
    }
    return false;
  };
  return wanted.every((mask) => place(mask, new Set()));
}
