import { BaseXMPP, ConfigError, JID, Logger, type Presence, StanzaError, Storage } from '@sestina/core';
import { booleanOption, checkOption } from '@sestina/core/connection';
import { type DiscoInfo, type InfoOptions, MAX_CACHED, ServiceDiscovery } from '@sestina/xep-0030';
import { AnnouncedByAccount } from './announced-by-account.js';
import type { AnnouncedCaps } from './announced-caps.js';
import { KnownFeatures } from './known-features.js';
import { KnownInfos } from './known-infos.js';
import { EntityCapabilitiesOptions } from './options.js';
import { OwnCaps } from './own-caps.js';
import { PeerCaps } from './peer-caps.js';
import { Caps, InRoom, NS_CAPS } from './stanza.js';
import { isCapsHash } from './verification-string.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** Somebody's capabilities are new, or not what they were (XEP-0115). What they are is in `info()`. */
    entityCaps: { readonly jid: JID; readonly caps: AnnouncedCaps };
    /** The same in the legacy format, where nothing can be verified. */
    entityCapsLegacy: { readonly jid: JID; readonly caps: AnnouncedCaps };
  }
}

// Node, verification string and hash name of anybody who means it.
const MAX_LENGTH = 2_048;

/**
 * XEP-0115: Entity Capabilities. Our presence says what we can do, in a hash; from the presence of others it is known what
 * they can do, without asking each of them.
 */
export class EntityCapabilities extends KnownFeatures {
  static override readonly id = 'xep-0115';
  static override readonly provides = [KnownFeatures] as const;
  static override readonly Options = EntityCapabilitiesOptions;
  static override readonly inject = [BaseXMPP, ServiceDiscovery, Storage, Logger, EntityCapabilitiesOptions] as const;
  readonly #disco: ServiceDiscovery;
  readonly #xmpp: BaseXMPP;
  readonly #known: KnownInfos;
  readonly #own: OwnCaps;
  readonly #peers: PeerCaps;
  readonly #announced = new AnnouncedByAccount();

  constructor(
    xmpp: BaseXMPP,
    disco: ServiceDiscovery,
    storage: Storage,
    logger: Logger,
    options: EntityCapabilitiesOptions,
  ) {
    super();
    if (!isCapsHash(options.hash)) throw new ConfigError(`"${options.hash}" is no hash that we know`, 'hash');
    const { node, broadcast } = options;
    checkOption('node', node, typeof node === 'string' && node !== '', 'a URI that names this software');
    booleanOption('broadcast', broadcast);
    this.#xmpp = xmpp;
    this.#disco = disco;
    this.#known = new KnownInfos(storage, logger, xmpp.clock);
    this.#peers = new PeerCaps(xmpp, this.#known, MAX_CACHED);
    this.#own = new OwnCaps(xmpp, disco, options, (ver, info) => this.#known.remember(options.hash, ver, info));
    this.own(xmpp.advertise(NS_CAPS));
    this.own(xmpp.onPresence((presence, caps) => this.#heard(presence, caps), { payload: Caps }));
    this.own(xmpp.on('presenceUnavailable', ({ from }) => this.#gone(from)));
    this.own(disco.addLookup((to, node) => (node === undefined ? this.#find(to) : undefined)));
    if (options.broadcast) this.#announceOurs(options.node);
  }

  #announceOurs(node: string): void {
    const xmpp = this.#xmpp;
    const prefix = `${node}#`;
    this.own(
      this.#disco.answerInfo((request) =>
        request.node?.startsWith(prefix) ? this.#disco.ownInfo({ to: request.to, from: request.from }) : undefined,
      ),
    );
    this.own(xmpp.decoratePresence((copy, purpose, original) => this.#own.decorate(copy, purpose, original)));
    this.own(xmpp.addFilter('out', (stanza) => this.#own.left(stanza)));
    this.own(xmpp.onPresence((presence) => presence.isAvailable && this.#own.entered(presence), { payload: InRoom }));
    this.own(xmpp.on('presenceBroadcast', ({ owner, presence }) => this.#own.broadcast(owner, presence)));
    this.own(xmpp.on('featuresChanged', () => this.#own.changed()));
    this.own(xmpp.on('discoInfoChanged', () => this.#own.changed()));
    this.own({ dispose: () => this.#own.stop() });
    this.#own.broadcastBefore();
    this.#own.changed();
  }

  override sessionStart(): void {
    this.#own.changed();
  }

  override sessionEnd(): void {
    this.#own.forget();
    this.#announced.clear();
    this.#peers.clear();
  }

  /** What the last presence of that full JID said; undefined where it said nothing, or is not there. */
  caps(jid: JID | string): AnnouncedCaps | undefined {
    return this.#announced.get(JID.from(jid));
  }

  /** What a full JID can do, as far as that is known in memory without asking. */
  known(jid: JID | string): DiscoInfo | undefined {
    const address = JID.from(jid);
    const caps = this.caps(address);
    return caps && this.#peers.known(address, caps);
  }

  /**
   * What an entity can do. Asked only where nobody with the same verification string was asked before, and remembered for all
   * of them once it is verified; an answer that does not verify counts for this address alone. Somebody whose presence said
   * nothing is asked by service discovery.
   * @throws CapsRateError beyond 10 questions a minute to one address, or 60 to all resources of an account; what
   *   `ServiceDiscovery.info()` throws.
   */
  info(jid: JID | string, options: Omit<InfoOptions, 'cached' | 'node'> = {}): Promise<DiscoInfo> {
    return this.untilRemoved(options.signal, (signal) => {
      const address = JID.from(jid);
      const caps = this.caps(address);
      if (caps?.hash === undefined) return this.#disco.info(address, { ...options, signal });
      return this.#peers.info(address, caps, { ...options, signal });
    });
  }

  /**
   * Whether an entity announces a feature. One that refuses to tell does not.
   * @throws what `info()` throws, but for refusals.
   */
  async supports(
    jid: JID | string,
    feature: string,
    options: Omit<InfoOptions, 'cached' | 'node'> = {},
  ): Promise<boolean> {
    try {
      return (await this.info(jid, options)).has(feature);
    } catch (error) {
      if (error instanceof StanzaError && !error.retryable) return false;
      throw error;
    }
  }

  override supportsNow(jid: JID | string, feature: string): boolean | undefined {
    const address = JID.from(jid);
    if (address.isBare) {
      const has = (resource: JID): boolean => this.known(resource)?.has(feature) === true;
      return this.#announced.resourcesOf(address).some(has) || undefined;
    }
    const known = this.known(address)?.has(feature);
    // It may be refused, or be too much for a minute: then it stays unknown.
    if (known === undefined && this.caps(address)) this.info(address).catch(() => {});
    return known;
  }

  async #find(to: JID): Promise<DiscoInfo | undefined> {
    const caps = this.caps(to);
    return caps && this.#peers.find(to, caps);
  }

  #heard(presence: Presence, caps: Caps): void {
    const { from, to } = presence;
    const [node, ver, hash] = [caps.xml.attribute('node'), caps.xml.attribute('ver'), caps.hash];
    if (!from || !presence.isAvailable || node === undefined || ver === undefined) return;
    if (node.length + ver.length + (hash?.length ?? 0) > MAX_LENGTH) return;
    const before = this.#announced.get(from);
    const now: AnnouncedCaps = { node, ver, hash, to };
    this.#announced.set(from, now);
    if (before && before.node === node && before.ver === ver && before.hash === hash) return;
    this.#disco.forget(from);
    this.#peers.forget(from);
    this.#xmpp.emit(hash === undefined ? 'entityCapsLegacy' : 'entityCaps', { jid: from, caps: now });
  }

  #gone(from: JID | undefined): void {
    if (!from) return;
    // What it announced may have been forgotten before, and its answer not.
    this.#peers.forget(from);
    for (const jid of this.#announced.delete(from)) this.#peers.forget(jid);
  }
}
