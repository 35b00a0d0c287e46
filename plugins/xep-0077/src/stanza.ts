import { child, childText, element, flag, type XmlElement } from '@sestina/core';
import { Form } from '@sestina/xep-0004';

export const NS_REGISTER = 'jabber:iq:register';
/** The namespace of the stream feature. */
export const NS_REGISTER_FEATURE = 'http://jabber.org/features/iq-register';

/** The fields that a registration has without a form (XEP-0077 §14.1). */
export const REGISTRATION_FIELDS = [
  ...(['username', 'nick', 'password', 'name', 'first', 'last', 'email', 'address'] as const),
  ...(['city', 'state', 'zip', 'phone', 'url', 'date', 'misc', 'text'] as const),
] as const;

/** One of the fields that a registration has without a form. */
export type RegistrationField = (typeof REGISTRATION_FIELDS)[number];

/** `<x/>` of XEP-0066: where one registers otherwise. */
class Redirection extends element('x', 'jabber:x:oob', { url: childText('url') }) {}

/** `<query/>`: what is asked for a registration, or the answer to that. */
export class RegisterQuery extends element('query', NS_REGISTER, {
  /** Whether who asks is registered. */
  registered: flag('registered'),
  /** For people. */
  instructions: childText('instructions'),
  username: childText('username'),
  nick: childText('nick'),
  password: childText('password'),
  name: childText('name'),
  first: childText('first'),
  last: childText('last'),
  email: childText('email'),
  address: childText('address'),
  city: childText('city'),
  state: childText('state'),
  zip: childText('zip'),
  phone: childText('phone'),
  url: childText('url'),
  date: childText('date'),
  misc: childText('misc'),
  text: childText('text'),
  /** Obsolete (§7): goes back as it came. */
  key: childText('key'),
  /** Whether the registration is to end. */
  remove: flag('remove'),
  /** Takes the place of the fields where it is there. */
  form: child(Form),
  redirection: child(Redirection),
}) {
  /** The fields that are there, with what is in them. */
  get fields(): ReadonlyMap<RegistrationField, string> {
    const found = new Map<RegistrationField, string>();
    for (const name of REGISTRATION_FIELDS) {
      const value = this.xml.child(name)?.text;
      if (value !== undefined) found.set(name, value);
    }
    return found;
  }

  /** What else is there: the images of a CAPTCHA (XEP-0231) for example. */
  get attachments(): readonly XmlElement[] {
    const known: readonly (XmlElement | undefined)[] = [this.form?.xml, this.redirection?.xml];
    return [...this.xml.elements()].filter((each) => each.namespace !== NS_REGISTER && !known.includes(each));
  }
}

/** `<register/>`: the stream feature of servers where one can register. */
export class RegisterFeature extends element('register', NS_REGISTER_FEATURE) {}

export { Redirection };
