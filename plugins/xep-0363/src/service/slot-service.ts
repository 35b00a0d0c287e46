import { type AddressNode, type Audience, BaseXMPP, type JID, Plugin, Registration, StanzaError } from '@sestina/core';
import { audienceOption, checkOption } from '@sestina/core/connection';
import { LruMap } from '@sestina/core/util';
import { formType, single } from '@sestina/xep-0004';
import { ServiceDiscovery } from '@sestina/xep-0030';
import type { PurposeName, UploadPurpose } from '../purpose.js';
import {
  EphemeralPurpose,
  FileTooLarge,
  NS_UPLOAD,
  NS_UPLOAD_PURPOSE,
  Slot,
  SlotGet,
  SlotHeader,
  SlotPut,
  UploadRequest,
  UploadRetry,
} from '../stanza.js';

/** Who asks for a slot, and for what. */
export interface SlotQuestion {
  readonly from: JID;
  readonly to: JID | undefined;
  /** As it was given: a label, and no path. */
  readonly filename: string;
  readonly size: number;
  readonly type: string | undefined;
  readonly purpose: UploadPurpose;
}

/** How slots are given. */
export interface SlotServing {
  /**
   * Who may have them.
   * @default 'contacts'
   */
  readonly allow?: Audience | undefined;
  /**
   * Bytes of a file at most.
   * @default 104_857_600
   */
  readonly maxSize?: number | undefined;
  /**
   * Bytes that one account may ask for within `quotaWindow`.
   * @default Infinity
   */
  readonly quota?: number | undefined;
  /**
   * Milliseconds.
   * @default 86_400_000
   */
  readonly quotaWindow?: number | undefined;
  /**
   * Purposes that are told apart, beside `message`.
   * @default none
   */
  readonly purposes?: readonly PurposeName[] | undefined;
}

/** Where a file goes, and where it will be. */
interface GivenSlot {
  readonly put: string;
  readonly get: string;
  /** Fields that the upload has to have: `Authorization`, `Cookie`, `Expires`. */
  readonly headers?: Iterable<readonly [name: 'Authorization' | 'Cookie' | 'Expires', value: string]> | undefined;
}

const Limits = formType(NS_UPLOAD, { maxFileSize: single('max-file-size') });

/** Gives slots to who asks (XEP-0363 §4): what is behind them, a web server and a disk, is the application's. */
export class SlotService extends Plugin {
  static override readonly id = 'xep-0363-service';
  static override readonly inject = [BaseXMPP, ServiceDiscovery] as const;
  readonly #xmpp: BaseXMPP;
  readonly #disco: ServiceDiscovery;

  constructor(xmpp: BaseXMPP, disco: ServiceDiscovery) {
    super();
    this.#xmpp = xmpp;
    this.#disco = disco;
  }

  /**
   * Answers requests, and announces that. What `makeSlot` throws is the answer, if it is a StanzaError.
   * @throws ConfigError for what cannot be meant; PluginError where slots are given already.
   */
  serve(
    serving: SlotServing,
    makeSlot: (question: SlotQuestion) => GivenSlot | Promise<GivenSlot>,
    place: AddressNode = {},
  ): Registration {
    const {
      allow = 'contacts',
      maxSize = 104_857_600,
      quota = Number.POSITIVE_INFINITY,
      quotaWindow = 86_400_000,
      purposes = [],
    } = serving;
    audienceOption('allow', allow);
    for (const [name, value] of Object.entries({ maxSize, quota, quotaWindow }))
      checkOption(name, value, value > 0, 'a number above 0');
    const quotas = new Quotas(this.#xmpp, quota, quotaWindow);
    const answer = async (request: UploadRequest, from: JID | undefined, to: JID | undefined): Promise<Slot> => {
      if (!from || !(await this.#xmpp.admits(allow, from, to))) throw new StanzaError('forbidden');
      const { filename, size, contentType: type } = request;
      if (size > maxSize) {
        throw new StanzaError('not-acceptable', { application: new FileTooLarge({ maxFileSize: maxSize }) });
      }
      quotas.take(from, size);
      return slotOf(await makeSlot({ from, to, filename, size, type, purpose: purposeOf(request, purposes) }));
    };
    const parts = [
      this.#xmpp.onIq('get', UploadRequest, (request, { from, to }) => answer(request, from, to)),
      this.#disco.addIdentity({ category: 'store', type: 'file' }, place),
      this.#disco.addForm(Limits.result({ maxFileSize: `${maxSize}` }), place),
      this.#disco.addFeature(NS_UPLOAD, place),
      ...purposes.map((name) => this.#disco.addFeature(`${NS_UPLOAD_PURPOSE}#${name}`, place)),
    ];
    return this.own(
      new Registration(() => {
        for (const part of parts.reverse()) part.dispose();
      }),
    );
  }
}

function purposeOf({ purpose }: UploadRequest, known: readonly PurposeName[]): UploadPurpose {
  const name = (purpose?.xml.name ?? 'message') as PurposeName;
  if (!known.includes(name)) return 'message';
  return purpose instanceof EphemeralPurpose
    ? { expiresBefore: purpose.expireBefore }
    : (name as 'permanent' | 'profile');
}

function slotOf({ put, get, headers = [] }: GivenSlot): Slot {
  const fields = [...headers].map(([name, value]) => new SlotHeader({ name, value }));
  return new Slot({
    put: new SlotPut({ url: new URL(put).href, headers: fields }),
    get: new SlotGet({ url: new URL(get).href }),
  });
}

/** What accounts have asked for, each since its first question within the window. */
class Quotas {
  readonly #xmpp: BaseXMPP;
  readonly #quota: number;
  readonly #window: number;
  readonly #used = new LruMap<string, { readonly since: number; readonly bytes: number }>({
    maxEntries: 10_000,
    maxBytes: 4_000_000,
    sizeOf: (_used, key) => 200 + 2 * key.length,
  });

  constructor(xmpp: BaseXMPP, quota: number, window: number) {
    this.#xmpp = xmpp;
    this.#quota = quota;
    this.#window = window;
  }

  /** @throws StanzaError that says when there is room again. */
  take(from: JID, size: number): void {
    if (this.#quota === Number.POSITIVE_INFINITY) return;
    const key = from.bare.full;
    const now = this.#xmpp.clock.monotonic();
    const before = this.#used.get(key);
    const { since, bytes } = before && now - before.since < this.#window ? before : { since: now, bytes: 0 };
    if (bytes + size > this.#quota) {
      const stamp = new Date(this.#xmpp.clock.now() + since + this.#window - now);
      throw new StanzaError('resource-constraint', { type: 'wait', application: new UploadRetry({ stamp }) });
    }
    this.#used.set(key, { since, bytes: bytes + size });
  }
}
