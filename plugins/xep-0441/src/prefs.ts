import { ConfigError, JID } from '@sestina/core';
import { AlwaysArchive, ArchivePrefsElement, NeverArchive } from './stanza.js';

/** What is archived of somebody who is in neither list: everything, nothing, or what is said with those in the roster. */
export type ArchiveDefault = 'always' | 'never' | 'roster';

/** What of a list is no address. It is kept, and sent back as it came. */
export interface UnreadableAddresses {
  readonly always: readonly string[];
  readonly never: readonly string[];
}

/** What the server archives. A bare address stands for all of its resources, a full one for itself (XEP-0441 §2.3). */
export interface ArchivePrefs {
  readonly default: ArchiveDefault;
  readonly always: readonly JID[];
  readonly never: readonly JID[];
  /** What of the lists cannot be read. */
  readonly unreadable: UnreadableAddresses;
}

/** What the server is to archive. */
export interface ArchivePrefsInit {
  readonly default: ArchiveDefault;
  readonly always: Iterable<JID | string>;
  readonly never: Iterable<JID | string>;
  /** @default nothing with `set()`, with `update()` what was there */
  readonly unreadable?: UnreadableAddresses | undefined;
}

const NOTHING: UnreadableAddresses = { always: [], never: [] };

/** What an answer says; undefined where it does not say the one thing that it has to. */
export function prefsIn(element: ArchivePrefsElement): ArchivePrefs | undefined {
  if (element.default === undefined) return undefined;
  const [always, never] = [listIn(element.always?.jids), listIn(element.never?.jids)];
  return {
    default: element.default,
    always: always.jids,
    never: never.jids,
    unreadable: { always: always.texts, never: never.texts },
  };
}

/**
 * As it is sent, everybody once.
 * @throws ConfigError for a default that is none; JidError for what is no address.
 */
export function elementOf(init: ArchivePrefsInit): ArchivePrefsElement {
  if (!['always', 'never', 'roster'].includes(init.default)) {
    throw new ConfigError("default has to be 'always', 'never' or 'roster'", 'default');
  }
  const { always, never } = init.unreadable ?? NOTHING;
  return new ArchivePrefsElement({
    default: init.default,
    always: new AlwaysArchive({ jids: [...textsOf(init.always), ...always] }),
    never: new NeverArchive({ jids: [...textsOf(init.never), ...never] }),
  });
}

/** Whether two say the same, in whatever order and spelling. */
export function areSame(a: ArchivePrefsElement, b: ArchivePrefsElement): boolean {
  return textOf(a) === textOf(b);
}

function textOf(element: ArchivePrefsElement): string {
  const lists = [element.always?.jids, element.never?.jids].map((list) => {
    const { jids, texts } = listIn(list);
    return [[...textsOf(jids)].sort(), [...texts].sort()];
  });
  return JSON.stringify([element.default, lists]);
}

function listIn(list: Iterable<string> | undefined): {
  readonly jids: readonly JID[];
  readonly texts: readonly string[];
} {
  const jids = new Map<string, JID>();
  const texts = new Set<string>();
  for (const text of list ?? []) {
    const jid = JID.tryParse(text.trim());
    if (jid) jids.set(jid.full, jid);
    else texts.add(text);
  }
  return { jids: [...jids.values()], texts: [...texts] };
}

function textsOf(list: Iterable<JID | string>): Set<string> {
  // Text has letters, and whoever gives one address in place of a list would get one list of these.
  if (typeof list === 'string') throw new ConfigError('give a list of addresses', 'always');
  return new Set([...list].map((jid) => JID.from(jid).full));
}
