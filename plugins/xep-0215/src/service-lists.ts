import type { BaseXMPP, JID } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import { type ExternalService, weightOfServices } from './external-service.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;
// Two of them are nearer to each other than anything that depends on it.
const SMALL_SKEW = 5 * MINUTE;

/** What is known of the services of one type, or of all. */
export interface ServiceList {
  readonly server: JID;
  readonly type: string | undefined;
  readonly services: readonly ExternalService[];
  /** When to ask anew, by `clock.now()` and by `clock.monotonic()`: whichever is first. The one stands still in sleep, the other jumps. */
  readonly until: { readonly wall: number; readonly monotonic: number };
}

/** What the servers have said in this session, and by which clock. */
export class ServiceLists {
  readonly #xmpp: BaseXMPP;
  readonly #lists = new LruMap<string, ServiceList>({
    maxEntries: 50,
    // Of lists that are as large as can be there is room for four.
    maxBytes: 4_194_304,
    sizeOf: ({ services }) => 400 + weightOfServices(services),
  });
  /** Milliseconds by which the clocks of servers are ahead of ours, by address, and how far apart our two clocks were then. */
  readonly #skews = new LruMap<string, { readonly skew: number; readonly base: number }>({
    maxEntries: 50,
    sizeOf: () => 200,
  });

  constructor(xmpp: BaseXMPP) {
    this.#xmpp = xmpp;
  }

  get(server: JID, type: string | undefined): ServiceList | undefined {
    return this.#lists.get(keyOf(server, type));
  }

  /** All lists of a server that were asked for in this session. */
  of(server: JID): ServiceList[] {
    return [...this.#lists.keys()].flatMap((key) => {
      const list = this.#lists.peek(key);
      return list?.server.equals(server) ? [list] : [];
    });
  }

  /** @param fresh Whether it may be used as it is; else it is asked for anew when it is next wanted. */
  put(server: JID, type: string | undefined, services: readonly ExternalService[], fresh = true): ServiceList {
    const { clock } = this.#xmpp;
    const left = fresh ? this.#left(server, services) : 0;
    const until = { wall: clock.now() + left, monotonic: clock.monotonic() + left };
    const list = { server, type, services, until };
    this.#lists.set(keyOf(server, type), list);
    return list;
  }

  /** The list for that type that may still be used, without what has expired. */
  usable(server: JID, type: string | undefined): readonly ExternalService[] | undefined {
    const list = this.get(server, type);
    if (list && this.left(list) > 0) return this.unexpired(list.services);
    const all = this.get(server, undefined);
    if (!all || this.left(all) <= 0) return undefined;
    return this.unexpired(all.services).filter((service) => service.type === type);
  }

  unexpired(services: readonly ExternalService[]): readonly ExternalService[] {
    return services.filter(({ server, expires }) => !expires || expires.getTime() > this.#now(server));
  }

  /** Milliseconds for which a list may be used. */
  left({ until }: ServiceList): number {
    const { clock } = this.#xmpp;
    return Math.min(until.wall - clock.now(), until.monotonic - clock.monotonic());
  }

  /** Whether it is known what time it is there: not any more once our clock was set, or has slept. */
  knowsTime(server: JID): boolean {
    const known = this.#skews.peek(server.full);
    return known !== undefined && Math.abs(known.base - this.#base) < MINUTE;
  }

  /** Notes by how many milliseconds a server's clock is ahead of ours; a few minutes are nobody's fault. */
  setSkew(server: JID, skew: number): void {
    this.#skews.set(server.full, { skew: Math.abs(skew) > SMALL_SKEW ? skew : 0, base: this.#base });
  }

  clear(): void {
    this.#lists.clear();
    this.#skews.clear();
  }

  #now(server: JID): number {
    return this.#xmpp.clock.now() + (this.#skews.peek(server.full)?.skew ?? 0);
  }

  get #base(): number {
    const { clock } = this.#xmpp;
    return clock.now() - clock.monotonic();
  }

  #left(server: JID, services: readonly ExternalService[]): number {
    const now = this.#now(server);
    let left = Number.POSITIVE_INFINITY;
    for (const { expires, password } of services) {
      const life = expires && expires.getTime() - now;
      if (life === undefined) left = Math.min(left, password === undefined ? left : HOUR);
      // What has expired already may be there again in a moment.
      else left = Math.min(left, life > 0 ? life - Math.min(MINUTE, life / 2) : MINUTE);
    }
    return left === Number.POSITIVE_INFINITY ? HOUR : left;
  }
}

function keyOf(server: JID, type: string | undefined): string {
  return `${server.full} ${type ?? ''}`;
}
