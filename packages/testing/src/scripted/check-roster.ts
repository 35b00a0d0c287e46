import type { ResourcePresence, RosterItem, RosterNode } from '@sestina/core';
import { RosterDifferenceError } from './errors.js';

/** What a contact should be; only what is given is checked. */
export interface ContactExpectation extends Partial<Pick<RosterItem, ContactField>> {
  groups?: readonly string[];
  /** All resources that are there, by name. */
  resources?: Readonly<Record<string, Partial<Pick<ResourcePresence, 'priority' | 'show' | 'status'>>>>;
}

type ContactField = 'approved' | 'ask' | 'from' | 'inRoster' | 'name' | 'pendingIn' | 'subscription' | 'to';

/**
 * Asserts what a roster holds: exactly these contacts, each with at least what is given of it. Somebody who is not in the
 * roster but whose presence we see is only looked at where named with `inRoster: false`.
 * @throws RosterDifferenceError
 */
export function checkRoster(roster: RosterNode, expected: Readonly<Record<string, ContactExpectation>>): void {
  const differences: string[] = [];
  for (const [jid, contact] of Object.entries(expected)) {
    const item = roster.get(jid);
    if (!item || (contact.inRoster ?? true) !== item.inRoster) {
      differences.push(`${jid} is ${item?.inRoster ? '' : 'not '}in the roster`);
    } else {
      for (const difference of differing(item, contact)) differences.push(`${jid}: ${difference}`);
    }
  }
  for (const { jid } of roster) if (!Object.hasOwn(expected, jid.full)) differences.push(`${jid} is in the roster too`);
  if (differences.length > 0) {
    throw new RosterDifferenceError(`roster of ${roster.owner}: ${differences.join('; ')}`);
  }
}

function* differing(item: RosterItem, { resources, ...fields }: ContactExpectation): IterableIterator<string> {
  yield* fieldsDiffering(item, fields);
  if (!resources) return;
  for (const [name, fields] of Object.entries(resources)) {
    const resource = item.resources.get(name);
    if (!resource) yield `resource ${name} is not there`;
    else for (const difference of fieldsDiffering(resource, fields)) yield `resource ${name}: ${difference}`;
  }
  for (const name of item.resources.keys()) if (!Object.hasOwn(resources, name)) yield `resource ${name} is there too`;
}

function* fieldsDiffering(actual: object, expected: object): IterableIterator<string> {
  for (const [name, wanted] of Object.entries(expected)) {
    const is = JSON.stringify((actual as Record<string, unknown>)[name]) ?? 'undefined';
    const should = JSON.stringify(wanted) ?? 'undefined';
    if (is !== should) yield `${name} is ${is}, not ${should}`;
  }
}
