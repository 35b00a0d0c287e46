import { type BaseXMPP, type ElementView, isA, type JID, Presence, viewOf } from '@sestina/core';
import { type DiscoInfo, LruMap, type ServiceDiscovery } from '@sestina/xep-0030';
import type { EntityCapabilitiesOptions } from './options.js';
import { Caps, NS_CAPS } from './stanza.js';
import { verificationString } from './verification-string.js';

// Addresses of a component whose verification string is remembered.
const MAX_ADDRESSES = 1_000;

interface OwnVer {
  computed: boolean;
  /** Undefined where it could not be computed; that was reported. */
  ver: string | undefined;
  promise: Promise<void>;
}

/** Told of each verification string of ours. */
export type OwnVerListener = (ver: string, info: DiscoInfo) => void;

/** Puts what we can do into our presence, and sends that again when it has changed. */
export class OwnCaps {
  readonly #xmpp: BaseXMPP;
  readonly #disco: ServiceDiscovery;
  readonly #options: EntityCapabilitiesOptions;
  readonly #computed: OwnVerListener;
  readonly #vers = new LruMap<string, OwnVer>(MAX_ADDRESSES);
  /** What the presence of each owner said last in this session. */
  readonly #published = new Map<string, string>();
  #scheduled = false;
  #stopped = false;

  constructor(xmpp: BaseXMPP, disco: ServiceDiscovery, options: EntityCapabilitiesOptions, computed: OwnVerListener) {
    this.#xmpp = xmpp;
    this.#disco = disco;
    this.#options = options;
    this.#computed = computed;
  }

  /** An out filter: available presence gets its `<c/>`, unless it brings one. */
  annotate(stanza: ElementView): ElementView | Promise<ElementView> {
    if (!isA(Presence, stanza.xml)) return stanza;
    const presence = viewOf(Presence, stanza.xml);
    const isBroadcast = presence.xml.attribute('to') === undefined;
    if (!presence.isAvailable) {
      if (isBroadcast && presence.xml.attribute('type') === 'unavailable')
        this.#published.delete(this.#ownerOf(presence));
      return stanza;
    }
    if (presence.xml.child('c', NS_CAPS)) return stanza;
    const add = (ver: string | undefined): ElementView => {
      if (ver === undefined) return stanza;
      if (isBroadcast || this.#xmpp.isComponent) this.#published.set(this.#ownerOf(presence), ver);
      const copy = presence.copy();
      const { hash, node } = this.#options;
      copy.xml.append(new Caps({ hash, node, ver }).xml);
      return copy;
    };
    const own = this.#ver(this.#addressOf(presence));
    return own.computed ? add(own.ver) : own.promise.then(() => add(own.ver));
  }

  /** What we can do has changed, or may have. */
  changed(): void {
    this.#vers.clear();
    if (this.#scheduled || this.#published.size === 0) return;
    this.#scheduled = true;
    // Installing a plugin changes many things at once.
    this.#xmpp.clock.nextTurn(() => {
      this.#scheduled = false;
      this.#update().catch((error: unknown) => this.#xmpp.reportError(error, 'xep-0115'));
    });
  }

  /** The session is over: nobody has seen our presence. */
  forget(): void {
    this.#published.clear();
  }

  stop(): void {
    this.#stopped = true;
    this.#published.clear();
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
      if (isStale && this.#xmpp.online && !this.#stopped) this.#sendAgain(owner);
    }
  }

  #sendAgain(owner: string): void {
    const node = this.#xmpp.roster.of(owner);
    if (!node.keepsState) {
      const again = node.lastPresence?.copy();
      if (!again) return;
      again.id = undefined;
      this.#xmpp.send(again);
      return;
    }
    for (const item of node) if (item.from) node.sendLastPresence(item.jid);
  }

  #ver(address: JID | undefined): OwnVer {
    const key = address?.full ?? '';
    const known = this.#vers.get(key);
    if (known) return known;
    const own: OwnVer = { computed: false, ver: undefined, promise: Promise.resolve() };
    this.#vers.set(key, own);
    own.promise = this.#compute(address).then(
      ([ver, info]) => {
        own.ver = ver;
        own.computed = true;
        this.#computed(ver, info);
      },
      (error: unknown) => {
        // Presence without capabilities is better than none.
        own.computed = true;
        if (this.#vers.peek(key) === own) this.#xmpp.reportError(error, 'xep-0115: our own capabilities');
      },
    );
    return own;
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
