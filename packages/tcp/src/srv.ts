import type { Random } from '@sestina/core';
import { isHostname } from './domain.js';
import type { SrvRecord } from './resolver.js';

/** An SRV record with what kind of service it was found under. */
export interface SrvTarget extends SrvRecord {
  /** `_xmpps-client` (XEP-0368). */
  readonly directTls: boolean;
}

const inRange = (value: unknown, from: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= from && value <= 0xffff;

/** Those that can be used, with names in lower case and without the final dot: no `.`, no port 0, nothing malformed, none twice. */
export function usable(records: readonly SrvTarget[]): SrvTarget[] {
  const seen = new Set<string>();
  return records.flatMap((record) => {
    const name = String(record.name).toLowerCase().replace(/\.$/, '');
    const key = `${name}:${record.port}:${record.directTls}`;
    const valid =
      isHostname(name) && inRange(record.port, 1) && inRange(record.priority, 0) && inRange(record.weight, 0);
    if (!valid || seen.has(key)) return [];
    seen.add(key);
    return [{ ...record, name }];
  });
}

/** In the order in which they are to be tried: by priority, and within one at random in proportion to the weights (RFC 2782). */
export function inOrder(records: readonly SrvTarget[], random: Random): SrvTarget[] {
  const priorities = [...new Set(records.map((record) => record.priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    shuffled(
      records.filter((record) => record.priority === priority),
      random,
    ),
  );
}

function shuffled(records: readonly SrvTarget[], random: Random): SrvTarget[] {
  // Weight 0 comes first, which is what leaves it a small chance beside heavier ones.
  const left = [...records].sort((a, b) => Math.min(a.weight, 1) - Math.min(b.weight, 1));
  const order: SrvTarget[] = [];
  while (left.length > 0) {
    const sum = left.reduce((total, record) => total + record.weight, 0);
    const drawn = Math.floor(random.fraction() * (sum + 1));
    let running = 0;
    const index = left.findIndex((record) => {
      running += record.weight;
      return running >= drawn;
    });
    order.push(...left.splice(index, 1));
  }
  return order;
}
