import { type BaseXMPP, type ElementView, isA, type JID, Presence, type XmlElement } from '@sestina/core';
import type { PresencePurpose } from '@sestina/core/handlers';
import { LruMap, weightOf } from '@sestina/core/util';
import type { DiscoInfo, ServiceDiscovery } from '@sestina/xep-0030';
import type { EntityCapabilitiesOptions } from './options.js';
import { Caps, NS_CAPS, NS_MUC } from './stanza.js';
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

/** Puts what we can do into our presence, and has that sent again when it has changed. */
export class OwnCaps {
  readonly #xmpp: BaseXMPP;
  readonly #disco: ServiceDiscovery;
  readonly #options: EntityCapabilitiesOptions;
  readonly #computed: OwnVerListener;
  readonly #vers = new LruMap<string, OwnVer>({
    maxEntries: MAX_ADDRESSES,
    sizeOf: (_ver, key) => 500 + 2 * key.length,
  });
  /** What the presence of each owner said last in this session; undefined where it had to say nothing. */
  readonly #published = new Map<string, string | undefined>(); // bound: owners whose presence was sent
  /** By owner and receiver: directed presence that left before its verification string was computed. */
  readonly #early = new LruMap<string, Presence>({
    maxEntries: MAX_ADDRESSES,
    sizeOf: ({ xml }, key) => 2 * key.length + weightOf(xml),
  });
  #changes = 0;
  #scheduled = false;
  #stopped = false;

  constructor(xmpp: BaseXMPP, disco: ServiceDiscovery, options: EntityCapabilitiesOptions, computed: OwnVerListener) {
    this.#xmpp = xmpp;
    this.#disco = disco;
    this.#options = options;
    this.#computed = computed;
  }

  /** Available presence gets its `<c/>`, unless it brings one. What leaves before ours is computed is sent again with it. */
  decorate(copy: Presence, purpose: PresencePurpose, original: Presence): void {
    const early = earlyKey(original.xml);
    this.#early.delete(early);
    if (copy.xml.child('c', NS_CAPS)) return;
    const own = this.#ver(this.#addressOf(original));
    const { ver } = own;
    if (purpose === 'broadcast') this.#published.set(this.#ownerOf(original), ver);
    const { hash, node } = this.#options;
    if (ver !== undefined) copy.xml.append(new Caps({ hash, node, ver }).xml);
    else if (!own.known && purpose !== 'broadcast') this.#early.set(early, original.copy());
  }

  /** A room has let us in: what it did not hear as we asked for that, it hears now, without our asking once more. */
  entered({ from, to }: Presence): void {
    const key = `${this.#ownKey(to)} ${from?.full ?? ''}`;
    const presence = this.#early.peek(key);
    if (!presence) return;
    for (const request of presence.xml.childrenNamed('x', NS_MUC)) presence.xml.remove(request);
    if (this.#vers.peek(this.#ownKey(this.#addressOf(presence)))?.ver !== undefined) this.#sendAgain(key, presence);
  }

  /** An out filter: who was told that we are gone is told nothing more. */
  left(stanza: ElementView): ElementView {
    if (isA(Presence, stanza.xml) && stanza.xml.attribute('type') === 'unavailable') {
      this.#early.delete(earlyKey(stanza.xml));
    }
    return stanza;
  }

  /** Presence that was broadcast before there was a plugin: it said nothing, and is sent again once there is something to say. */
  broadcastBefore(): void {
    const { roster } = this.#xmpp;
    for (const owner of roster.owners) if (roster.of(owner).announced) this.#published.set(owner.full, undefined);
  }

  /** Presence of ours was broadcast. */
  broadcast(owner: JID, presence: Presence): void {
    if (!presence.isAvailable && !this.#xmpp.roster.of(owner).announced) this.#published.delete(owner.full);
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
      for (const owner of this.#published.keys()) {
        const last = this.#xmpp.roster.of(owner).lastPresence;
        if (last) this.#ver(this.#addressOf(last));
      }
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

  #ver(address: JID | undefined): OwnVer {
    const key = this.#ownKey(address);
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
          this.#finished(key, own, address);
        },
        (error: unknown) => {
          // Presence without capabilities is better than none.
          own.ver = undefined;
          if (this.#vers.peek(key) === own) this.#xmpp.reportError(error, 'xep-0115: our own capabilities');
          this.#finished(key, own, address);
        },
      ),
    };
    this.#vers.set(key, own);
    return own;
  }

  #finished(key: string, own: OwnVer, address: JID | undefined): void {
    own.known = true;
    // One that came too late: a newer one is on its way.
    if (this.#vers.peek(key) !== own || own.ver === undefined || this.#stopped) return;
    const { account, isComponent } = this.#xmpp;
    const owner = ((isComponent ? address : undefined) ?? account).bare.full;
    if (this.#published.has(owner) && this.#published.get(owner) !== own.ver) this.#xmpp.presenceChanged(owner);
    for (const where of [...this.#early.keys()]) {
      const presence = this.#early.peek(where);
      if (!presence || (isComponent && this.#addressOf(presence)?.full !== key) || asksToEnter(presence)) continue;
      this.#sendAgain(where, presence);
    }
  }

  #sendAgain(key: string, presence: Presence): void {
    this.#early.delete(key);
    if (this.#xmpp.online) this.#xmpp.send(presence.set({ id: undefined }));
  }

  async #compute(address: JID | undefined): Promise<[ver: string, info: DiscoInfo]> {
    const info = await this.#disco.ownInfo({ to: address });
    return [await verificationString(info, this.#options.hash), info];
  }

  /** Which address of ours it is: a client has one. */
  #ownKey(address: JID | undefined): string {
    return this.#xmpp.isComponent ? (address?.full ?? '') : '';
  }

  /** Whose capabilities a presence tells. */
  #addressOf(presence: Presence): JID | undefined {
    const { isComponent, boundJid, requestedJid } = this.#xmpp;
    return isComponent ? (presence.from ?? requestedJid) : boundJid;
  }

  /** Whose roster knows who sees it. */
  #ownerOf(presence: Presence): string {
    const { account, isComponent } = this.#xmpp;
    return ((isComponent ? presence.from : undefined) ?? account).bare.full;
  }
}

/** Whether it asks a room to let us in (XEP-0045 §7.2), which is done once. */
const asksToEnter = ({ xml }: Presence): boolean => xml.child('x', NS_MUC) !== undefined;

const earlyKey = (xml: XmlElement): string => `${xml.attribute('from') ?? ''} ${xml.attribute('to') ?? ''}`;
