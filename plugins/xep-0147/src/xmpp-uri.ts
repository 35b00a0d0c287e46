import { JID } from '@sestina/core';
import { escapeDomain, escapePart } from './escape.js';

/** A parameter of a query: its key and its value. */
export type UriParam = readonly [key: string, value: string];

/** What a URI is made of. */
export interface XmppUriInit {
  /** The account that is to be used for it. */
  readonly auth?: JID | string | undefined;
  /** Whom or what it is about. */
  readonly jid?: JID | string | undefined;
  /** What is to be done. */
  readonly action?: string | undefined;
  /** In their order; a key may be there several times. */
  readonly params?: Iterable<UriParam> | Readonly<Record<string, string>> | undefined;
  readonly fragment?: string | undefined;
}

/** A URI of the scheme `xmpp` (RFC 5122, XEP-0147), in parts that are decoded. Nothing is done by it: whoever reads it asks a person first. */
export class XmppUri {
  /** The account that is to be used for it; undefined: whichever. */
  readonly auth: JID | undefined;
  /** Whom or what it is about. */
  readonly jid: JID | undefined;
  /** What is to be done, in lower case: `join`, `message`, …; undefined where it does not say. */
  readonly action: string | undefined;
  /** In their order; a key may be there several times, and any may be. */
  readonly params: readonly UriParam[];
  readonly fragment: string | undefined;

  /** @throws JidError for what is no address. */
  constructor({ auth, jid, action, params = [], fragment }: XmppUriInit) {
    this.auth = auth === undefined ? undefined : JID.from(auth).bare;
    this.jid = jid === undefined ? undefined : JID.from(jid);
    this.action = action?.toLowerCase() || undefined;
    this.params = Symbol.iterator in params ? [...(params as Iterable<UriParam>)] : Object.entries(params);
    this.fragment = fragment;
  }

  /** The first value of that key. */
  param(key: string): string | undefined {
    return this.params.find(([name]) => name === key)?.[1];
  }

  /** All values of that key. */
  all(key: string): string[] {
    return this.params.flatMap(([name, value]) => (name === key ? [value] : []));
  }

  /** The URI, in ASCII. */
  toString(): string {
    return this.#written(false);
  }

  /** The IRI: letters of all languages stay as they are. For showing, not for others to read. */
  toIri(): string {
    return this.#written(true);
  }

  toJSON(): string {
    return this.toString();
  }

  #written(iri: boolean): string {
    const { auth, jid, action, params, fragment } = this;
    const authority = auth ? `//${address(auth, iri)}${jid ? '/' : ''}` : '';
    const pairs = params.map(([key, value]) => `;${escapePart(key, iri)}=${escapePart(value, iri)}`).join('');
    const query = action === undefined && pairs === '' ? '' : `?${escapePart(action ?? '', iri)}${pairs}`;
    const anchor = fragment === undefined ? '' : `#${escapePart(fragment, iri)}`;
    return `xmpp:${authority}${jid ? address(jid, iri) : ''}${query}${anchor}`;
  }
}

function address({ local, domain, resource }: JID, iri: boolean): string {
  const at = local ? `${escapePart(local, iri)}@` : '';
  const behind = resource ? `/${escapePart(resource, iri)}` : '';
  return `${at}${escapeDomain(domain, iri)}${behind}`;
}
