import { JID } from '@sestina/core';
import type { RosterEntry } from '@sestina/core/connection';

const SUBSCRIPTIONS: readonly unknown[] = ['none', 'to', 'from', 'both', undefined];

/** A roster with its version, as it is stored. */
export interface StoredRoster {
  readonly version: string;
  readonly items: readonly RosterEntry[];
}

/** A roster as text. */
export function writeStored({ version, items }: StoredRoster): string {
  return JSON.stringify({
    version,
    items: items.map(({ jid, name, groups, subscription, ask, approved }) => ({
      jid: jid.full,
      name,
      groups,
      subscription,
      ask,
      approved,
    })),
  });
}

/** Reads what `writeStored` gave. @throws SyntaxError, TypeError, JidError where it is something else. */
export function readStored(text: string): StoredRoster {
  const read = JSON.parse(text) as { version?: unknown; items?: unknown } | null;
  if (typeof read?.version !== 'string' || !Array.isArray(read.items)) throw new TypeError('a stored roster is none');
  return { version: read.version, items: read.items.map(entryOf) };
}

function entryOf(item: Readonly<Record<string, unknown>> | null): RosterEntry {
  const { jid, name, groups, subscription, ask, approved } = item ?? {};
  const fits =
    typeof jid === 'string' &&
    isOptional(name, 'string') &&
    (groups === undefined || (Array.isArray(groups) && groups.every((group) => typeof group === 'string'))) &&
    SUBSCRIPTIONS.includes(subscription) &&
    isOptional(ask, 'boolean') &&
    isOptional(approved, 'boolean');
  if (!fits) throw new TypeError('a stored contact is none');
  return { ...(item as unknown as RosterEntry), jid: JID.parse(jid) };
}

function isOptional(value: unknown, type: 'boolean' | 'string'): boolean {
  return value === undefined || typeof value === type;
}
