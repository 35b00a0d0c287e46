import { JID, Presence, parseDocument } from '@sestina/core';
import { NS_CLIENT } from '@sestina/core/connection';
import type { KeptContact, RosterState } from './roster-keeper.js';

const VERSION = 1;
const SUBSCRIPTIONS: readonly string[] = ['none', 'to', 'from', 'both'];

interface Contact {
  readonly name?: string;
  readonly groups?: readonly string[];
  readonly subscription?: KeptContact['subscription'];
  /** The flags that are set: `ask`, `approved`, `pendingIn`; `request` for one who is not in the roster. */
  readonly flags?: readonly string[];
}

interface Written {
  readonly v: number;
  readonly contacts: Readonly<Record<string, Contact>>;
  /** As XML. */
  readonly presences?: readonly string[];
}

/** The roster of an owner as text; undefined for one in which nothing is. */
export function writeRoster({ contacts, presences }: RosterState): string | undefined {
  if (contacts.length === 0 && presences.length === 0) return undefined;
  const written: Written = {
    v: VERSION,
    contacts: Object.fromEntries(contacts.map((contact) => [contact.jid.full, writtenContact(contact)])),
    ...(presences.length > 0 && { presences: presences.map(({ xml }) => xml.toString()) }),
  };
  return JSON.stringify(written);
}

function writtenContact({ name, groups, subscription, ask, approved, pendingIn, inRoster }: KeptContact): Contact {
  const flags = Object.entries({ ask, approved, pendingIn, request: !inRoster }).flatMap(([flag, set]) =>
    set ? [flag] : [],
  );
  return {
    ...(name !== '' && { name }),
    ...(groups.length > 0 && { groups }),
    ...(subscription !== 'none' && { subscription }),
    ...(flags.length > 0 && { flags }),
  };
}

/** Reads what `writeRoster` gave. @throws SyntaxError, TypeError, JidError, … where it is something else. */
export function readRoster(text: string | undefined): RosterState {
  if (text === undefined) return { contacts: [], presences: [] };
  const read = JSON.parse(text) as Partial<Written> | null;
  if (read?.v !== VERSION) throw new TypeError(`version ${String(read?.v)} of the format is not known, ${VERSION} is`);
  return {
    contacts: Object.entries(read.contacts ?? {}).map(([jid, contact]) => contactOf(jid, contact)),
    presences: (read.presences ?? []).map((xml) => presenceOf(xml)),
  };
}

function contactOf(jid: string, { name = '', groups = [], subscription = 'none', flags = [] }: Contact): KeptContact {
  const texts = [name, ...groups];
  if (!texts.every((text) => typeof text === 'string') || !SUBSCRIPTIONS.includes(subscription)) {
    throw new TypeError(`what is kept of the contact ${jid} cannot be`);
  }
  return {
    jid: JID.parse(jid).bare,
    name,
    groups,
    subscription,
    ask: flags.includes('ask'),
    approved: flags.includes('approved'),
    pendingIn: flags.includes('pendingIn'),
    inRoster: !flags.includes('request'),
  };
}

function presenceOf(text: string): Presence {
  const xml = parseDocument(text);
  if (xml.name !== 'presence' || xml.namespace !== NS_CLIENT) throw new TypeError('a kept presence is none');
  return new Presence(xml);
}
