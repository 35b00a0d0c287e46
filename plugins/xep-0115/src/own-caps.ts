import { type BaseXMPP, type ElementView, isA, type JID, Presence, viewOf } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import type { DiscoInfo, ServiceDiscovery } from '@sestina/xep-0030';
import type { EntityCapabilitiesOptions } from './options.js';
import { Caps, NS_CAPS } from './stanza.js';
import { verificationString } from './verification-string.js';

// Addresses of a component whose verification string is remembered.
const MAX_ADDRESSES = 1_000;

interface OwnVer {
  /** The last one that was computed; undefined where there is none, or it could not be computed: that was reported. */
  ver: string | undefined;
  /** Whether there was a computation that came to its end. */
  known: boolean;
  /** The changes that this one knows of. */
  readonly changes: number;
  readonly promise: Promise<void>;
}

/** Told of each verification string of ours. */
export type OwnVerListener = (ver: string, info: DiscoInfo) => void;

/** Puts what we can do into our presence, and sends that again when it has changed. */
export class OwnCaps {
  readonly #xmpp: BaseXMPP;
  readonly #disco: ServiceDiscovery;
  readonly #options: EntityCapabilitiesOptions;
  readonly #computed: OwnVerListener;
  readonly #vers = new LruMap<string, OwnVer>({ maxEntries: MAX_ADDRESSES });
  /** What the presence of each owner said last in this session. */
  readonly #published = new Map<string, string>();
  /** By owner and receiver: presence that left before its verification string was computed. */
  readonly #early = new LruMap<string, Presence>({ maxEntries: MAX_ADDRESSES });
  #changes = 0;
  #scheduled = false;
  #stopped = false;

  constructor(xmpp: BaseXMPP, disco: ServiceDiscovery, options: EntityCapabilitiesOptions, computed: OwnVerListener) {
    this.#xmpp = xmpp;
    this.#disco = disco;
    this.#options = options;
    this.#computed = computed;
  }

  /**
   * An out filter: available presence gets its `<c/>`, unless it brings one. What leaves before ours is computed is sent again
   * with it.
   */
  annotate(stanza: ElementView): ElementView {
    if (!isA(Presence, stanza.xml)) return stanza;
    const presence = viewOf(Presence, stanza.xml);
    const to = presence.xml.attribute('to');
    const owner = this.#ownerOf(presence);
    const early = `${presence.xml.attribute('from') ?? owner} ${to ?? ''}`;
    if (!presence.isAvailable) {
      if (presence.xml.attribute('type') !== 'unavailable') return stanza;
      this.#early.delete(early);
      if (to === undefined) this.#published.delete(owner);
      return stanza;
    }
    this.#early.delete(early);
    if (presence.xml.child('c', NS_CAPS)) return stanza;
    const own = this.#ver(this.#addressOf(presence));
    const { ver } = own;
    if (ver === undefined) {
      if (!own.known) this.#early.set(early, presence.copy());
      return stanza;
    }
    if (to === undefined || this.#xmpp.isComponent) this.#published.set(owner, ver);
    const copy = presence.copy();
    const { hash, node } = this.#options;
    copy.xml.append(new Caps({ hash, node, ver }).xml);
    return copy;
  }

  /** What we can do has changed, or may have. */
  changed(): void {
    this.#changes += 1;
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Installing a plugin changes many things at once.
    this.#xmpp.clock.nextTurn(() => {
      this.#scheduled = false;
      if (this.#stopped) return;
      // A client has one address: its presence need not wait.
      if (!this.#xmpp.isComponent) this.#ver(this.#xmpp.boundJid);
      this.#update().catch((error: unknown) => this.#xmpp.reportError(error, 'xep-0115'));
    });
  }

  /** The session is over: nobody has seen our presence. */
  forget(): void {
    this.#published.clear();
    this.#early.clear();
  }

  stop(): void {
    this.#stopped = true;
    this.forget();
  }

  async #update(): Promise<void> {
    for (const [owner, published] of [...this.#published]) {
      const last = this.#xmpp.roster.of(owner).lastPresence;
      if (!last) continue;
      const own = this.#ver(this.#addressOf(last));
      await own.promise;
      const { ver } = own;
      const isStale = ver !== undefined && ver !== published && this.#published.get(owner) === published;
      // Offline there is nobody to tell: the start of the next session looks again.
      if (isStale && this.#xmpp.online && !this.#stopped) this.#xmpp.roster.of(owner).sendAgain();
    }
  }

  #ver(address: JID | undefined): OwnVer {
    const key = this.#xmpp.isComponent ? (address?.full ?? '') : '';
    const before = this.#vers.get(key);
    if (before?.changes === this.#changes) return before;
    const own: OwnVer = {
      // Until it is computed, what was true before. A change of it is told then.
      ver: before?.ver,
      known: before?.known ?? false,
      changes: this.#changes,
      promise: this.#compute(address).then(
        ([ver, info]) => {
          own.ver = ver;
          this.#computed(ver, info);
          this.#finished(key, own);
        },
        (error: unknown) => {
          // Presence without capabilities is better than none.
          own.ver = undefined;
          if (this.#vers.peek(key) === own) this.#xmpp.reportError(error, 'xep-0115: our own capabilities');
          this.#finished(key, own);
        },
      ),
    };
    this.#vers.set(key, own);
    return own;
  }

  #finished(key: string, own: OwnVer): void {
    own.known = true;
    const { isComponent } = this.#xmpp;
    for (const where of [...this.#early.keys()]) {
      const presence = this.#early.peek(where);
      if (!presence || (isComponent && this.#addressOf(presence)?.full !== key)) continue;
      this.#early.delete(where);
      if (own.ver === undefined || !this.#xmpp.online) continue;
      const again = presence.copy();
      again.id = undefined;
      this.#xmpp.send(again);
    }
  }

  async #compute(address: JID | undefined): Promise<[ver: string, info: DiscoInfo]> {
    const info = await this.#disco.ownInfo({ to: address });
    return [await verificationString(info, this.#options.hash), info];
  }

  /** Whose capabilities a presence tells. */
  #addressOf(presence: Presence): JID | undefined {
    const { isComponent, boundJid, requestedJid } = this.#xmpp;
    return isComponent ? (presence.from ?? requestedJid) : boundJid;
  }

  /** Whose roster knows who sees it. */
  #ownerOf(presence: Presence): string {
    const { isComponent, boundJid, requestedJid } = this.#xmpp;
    return ((isComponent ? presence.from : boundJid) ?? requestedJid).bare.full;
  }
}
