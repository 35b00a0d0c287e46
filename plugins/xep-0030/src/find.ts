import { type JID, StanzaError, StanzaValueError } from '@sestina/core';
import { Gate } from '@sestina/core/util';
import type { FindOptions, Service, ServiceQuery } from './options.js';
import type { DiscoInfo, DiscoItem } from './stanza.js';

/** What the search asks with. */
export interface Asker {
  info(to: JID, options: { signal: AbortSignal; from?: JID | string | undefined }): Promise<DiscoInfo>;
  items(to: JID, options: { signal: AbortSignal; from?: JID | string | undefined }): Promise<readonly DiscoItem[]>;
}

const CONCURRENCY = 5;

/** Looks at a domain and at what belongs to it for services of that kind, in the order in which the domain lists them. */
export async function findServices(
  asker: Asker,
  domain: JID,
  wanted: ServiceQuery | string,
  { maxItems = 20, from }: FindOptions,
  signal: AbortSignal,
): Promise<Service[]> {
  const candidates = [domain, ...(await servicesOf(asker, domain, maxItems, { signal, from }))];
  const gate = new Gate({ what: 'questions', total: CONCURRENCY, maxWaiting: candidates.length });
  const look = async (jid: JID): Promise<Service | undefined> => {
    // One service that does not answer, or not properly, must not hide the others.
    const ask = (): Promise<DiscoInfo> => {
      // What waits for its turn does not listen to the signal: there may be many.
      signal.throwIfAborted();
      return asker.info(jid, { signal, from });
    };
    const info = await gate.run(ask).catch(() => undefined);
    return info && matches(info, wanted) ? { jid, info } : undefined;
  };
  return (await Promise.all(candidates.map(look))).filter((service) => service !== undefined);
}

async function servicesOf(
  asker: Asker,
  domain: JID,
  maxItems: number,
  options: { signal: AbortSignal; from?: JID | string | undefined },
): Promise<JID[]> {
  try {
    const items = await asker.items(domain, options);
    const jids = new Map<string, JID>();
    for (const item of items) {
      if (jids.size >= maxItems) break;
      const jid = item.node === undefined ? addressOf(item) : undefined;
      if (jid && !jid.equals(domain)) jids.set(jid.full, jid);
    }
    return [...jids.values()];
  } catch (error) {
    if (error instanceof StanzaError) return [];
    throw error;
  }
}

function addressOf(item: DiscoItem): JID | undefined {
  try {
    return item.jid;
  } catch (error) {
    if (error instanceof StanzaValueError) return undefined;
    throw error;
  }
}

/** Whether an entity is of that kind. */
export function matches(info: DiscoInfo, wanted: ServiceQuery | string): boolean {
  const { feature, category, type } = asQuery(wanted);
  if (feature !== undefined && !info.has(feature)) return false;
  return category === undefined || info.identity(category, type) !== undefined;
}

const asQuery = (wanted: ServiceQuery | string): ServiceQuery =>
  typeof wanted === 'string' ? { feature: wanted } : wanted;
