import { JID } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import type { AnnouncedCaps } from './announced-caps.js';

const MAX_ANNOUNCED = 10_000;
// Characters of all of them: usual ones have 100.
const MAX_ANNOUNCED_SIZE = 2_097_152;

/** What full JIDs have announced, those of an account together: its bare JID may leave for all of them. */
export class AnnouncedByAccount {
  readonly #all = new LruMap<string, AnnouncedCaps>({
    maxEntries: MAX_ANNOUNCED,
    maxBytes: MAX_ANNOUNCED_SIZE,
    sizeOf: ({ node, ver, hash = '' }, jid) => jid.length + node.length + ver.length + hash.length,
    dropped: (jid) => this.#unlist(JID.parse(jid)),
  });
  readonly #resources = new Map<string, Set<string>>(); // bound: `#all`

  get(jid: JID): AnnouncedCaps | undefined {
    return this.#all.get(jid.full);
  }

  /** Those of an account that have announced something. */
  resourcesOf(bare: JID): readonly JID[] {
    return [...(this.#resources.get(bare.full) ?? [])].map((full) => JID.parse(full));
  }

  set(jid: JID, caps: AnnouncedCaps): void {
    const account = jid.bare.full;
    const resources = this.#resources.get(account) ?? new Set<string>();
    this.#resources.set(account, resources.add(jid.full));
    // Last: it may have to make room, by this one too.
    if (!this.#all.set(jid.full, caps)) this.#unlist(jid);
  }

  /** Forgets an address, a bare one with all its resources, and gives those that were known. */
  delete(jid: JID): readonly JID[] {
    const gone = jid.isBare ? [...(this.#resources.get(jid.full) ?? [])] : [jid.full];
    const known = gone.filter((full) => this.#all.delete(full)).map((full) => JID.parse(full));
    for (const each of known) this.#unlist(each);
    return known;
  }

  clear(): void {
    this.#all.clear();
    this.#resources.clear();
  }

  #unlist(jid: JID): void {
    const account = jid.bare.full;
    const resources = this.#resources.get(account);
    resources?.delete(jid.full);
    if (resources?.size === 0) this.#resources.delete(account);
  }
}
