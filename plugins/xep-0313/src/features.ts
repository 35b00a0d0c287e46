import { type AskOptions, type BaseXMPP, type JID, StanzaError } from '@sestina/core';
import { LruMap, weightOf } from '@sestina/core/util';
import type { Form } from '@sestina/xep-0004';
import type { ServiceDiscovery } from '@sestina/xep-0030';
import { addressOf } from './open-queries.js';
import { ArchiveQuery, NS_MAM } from './stanza.js';

/** What an archive can do beyond what all of them can. */
export interface ArchiveFeatures {
  /** Whether it finds messages by id, and tells how old it is (`urn:xmpp:mam:2#extended`). */
  readonly extended: boolean;
  /** Whether it leaves out messages of rooms, or gives them, as it is told. */
  readonly groupchat: boolean;
  /** Whether it finds words (XEP-0431). */
  readonly fullText: boolean;
}

const MAX_FORMS = 100;
const TEXT_FIELDS = ['{urn:xmpp:fulltext:0}fulltext', 'withtext'];

/** What archives can do, each asked once in a session. */
export class KnownArchives {
  readonly #xmpp: BaseXMPP;
  readonly #disco: ServiceDiscovery;
  readonly #forms = new LruMap<string, Form>({
    maxEntries: MAX_FORMS,
    sizeOf: ({ xml }, key) => 2 * key.length + weightOf(xml),
  });

  constructor(xmpp: BaseXMPP, disco: ServiceDiscovery) {
    this.#xmpp = xmpp;
    this.#disco = disco;
  }

  clear(): void {
    this.#forms.clear();
  }

  /** Whether the archive announces something beyond its namespace. */
  has(archive: JID, feature: 'extended' | 'groupchat-field', options: AskOptions): Promise<boolean> {
    return this.#disco.supports(archive, `${NS_MAM}#${feature}`, options);
  }

  /** The form of an archive, kept until the session ends. */
  async form(archive: JID, options: AskOptions): Promise<Form> {
    const { from, ...request } = options;
    const key = `${from ?? ''} ${archive}`;
    const known = this.#forms.get(key);
    if (known) return known;
    const to = addressOf(this.#xmpp, archive);
    const { form } = await this.#xmpp.iqGet(to, new ArchiveQuery(), { ...request, from, answer: ArchiveQuery });
    if (!form) throw new StanzaError('undefined-condition', { text: 'the archive has no form' });
    const kept = form.compact();
    this.#forms.set(key, kept);
    return kept;
  }

  /** The field in which an archive is asked for words, if it has one. */
  async textField(archive: JID, options: AskOptions): Promise<string | undefined> {
    const form = await this.form(archive, options);
    return TEXT_FIELDS.find((name) => form.field(name) !== undefined);
  }
}
