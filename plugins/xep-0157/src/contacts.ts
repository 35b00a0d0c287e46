import { Form, FormField } from '@sestina/xep-0004';
import { parseXmppUri, type XmppUri } from '@sestina/xep-0147';

/** The FORM_TYPE of contact addresses. */
export const NS_SERVERINFO = 'http://jabber.org/network/serverinfo';

/** What one can turn to somebody for. */
export const CONTACT_ROLES = ['abuse', 'admin', 'feedback', 'sales', 'security', 'status', 'support'] as const;

/** One of the roles that are registered. */
export type ContactRole = (typeof CONTACT_ROLES)[number];

/** How to reach somebody: a link of XMPP, or one by mail or to a page. Nothing is opened. */
export type ContactAddress = URL | XmppUri;

/** Whom to turn to at a service, for each purpose. */
export interface Contacts extends Readonly<Record<ContactRole, readonly ContactAddress[]>> {
  /** For other purposes, by their name. */
  readonly others: ReadonlyMap<string, readonly ContactAddress[]>;
  /** What is no link of a kind that is known here, as it stands there. Not to be opened. */
  readonly invalid: readonly { readonly role: string; readonly text: string }[];
}

/** What is told of us, by purpose: links as text or as objects. */
export type ContactsInit = Readonly<Record<string, readonly (ContactAddress | string)[] | undefined>>;

const SUFFIX = '-addresses';
// More of one kind nobody reads.
const MAX_ADDRESSES = 100;

/** Reads a form; all empty where there is none. */
export function contactsIn(form: Form | undefined): Contacts {
  const roles = Object.fromEntries(CONTACT_ROLES.map((role) => [role, [] as ContactAddress[]])) as unknown as Record<
    ContactRole,
    ContactAddress[]
  >;
  const others = new Map<string, ContactAddress[]>();
  const invalid: { role: string; text: string }[] = [];
  for (const { var: name, values } of form?.fields ?? []) {
    if (!name?.endsWith(SUFFIX)) continue;
    const role = name.slice(0, -SUFFIX.length);
    const known = (CONTACT_ROLES as readonly string[]).includes(role);
    const list = known ? roles[role as ContactRole] : (others.get(role) ?? []);
    if (!known) others.set(role, list);
    for (const text of [...values].slice(0, MAX_ADDRESSES)) {
      const address = addressOf(text.trim());
      if (address) list.push(address);
      else if (text.trim() !== '') invalid.push({ role, text });
    }
  }
  return { ...roles, others, invalid };
}

/** A link by mail, of XMPP or to a page; undefined for any other, which could do anything. */
function addressOf(text: string): ContactAddress | undefined {
  if (/^xmpp:/i.test(text)) return parseXmppUri(text);
  if (!/^(?:https?|mailto):./i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text);
}

/** @throws TypeError for what is no link of a kind that is known. */
export function formOf(contacts: ContactsInit): Form {
  const form = new Form({ type: 'result' });
  form.fields.add(new FormField({ var: 'FORM_TYPE', type: 'hidden', values: [NS_SERVERINFO] }));
  for (const [role, addresses = []] of Object.entries(contacts)) {
    const values = addresses.map((address) => {
      const text = address instanceof URL ? address.href : `${address}`;
      if (!addressOf(text)) throw new TypeError(`a contact address for ${role} is a link: mailto:, xmpp: or https:`);
      return text;
    });
    if (values.length > 0) form.fields.add(new FormField({ var: `${role}${SUFFIX}`, type: 'list-multi', values }));
  }
  return form;
}
