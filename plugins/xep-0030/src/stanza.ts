import { attr, children, element, type Field, jid, XmlElement } from '@sestina/core';
import { Form } from '@sestina/xep-0004';

export const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
export const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';

/** `<identity/>`: what kind of thing an entity is, in the words of the registry at xmpp.org/registrar/disco-categories.html. */
export class Identity extends element('identity', NS_DISCO_INFO, {
  /** `client`, `server`, `conference`, … */
  category: attr('category').required(),
  /** `pc`, `im`, `text`, … */
  type: attr('type').required(),
  /** For people. */
  name: attr('name'),
  /** The language of the name. */
  lang: attr('xml:lang'),
}) {}

const features: Field<readonly string[], Iterable<string>> = {
  get: (xml) => {
    const found: string[] = [];
    for (const each of xml.childrenNamed('feature')) {
      const name = each.attribute('var');
      if (name !== undefined) found.push(name);
    }
    return found;
  },
  set: (xml, values) => {
    for (const old of xml.childrenNamed('feature')) xml.remove(old);
    for (const name of values ?? []) xml.append(new XmlElement('feature', xml.namespace, { var: name }));
  },
};

/** `<query/>` of disco#info: what an entity is and what it can do. Empty, it asks for that. */
export class DiscoInfo extends element('query', NS_DISCO_INFO, {
  /** A part of the entity that has no address of its own. */
  node: attr('node'),
  identities: children(Identity),
  /** The features as they stand there, also where one stands there twice. Reading gives a snapshot. */
  features,
  /** Further data (XEP-0128). */
  forms: children(Form),
}) {
  /** Whether the feature is announced. That of service discovery itself is taken for granted (XEP-0030 §3.1). */
  has(feature: string): boolean {
    if (feature === NS_DISCO_INFO) return true;
    for (const child of this.xml.elements()) {
      if (child.name === 'feature' && child.namespace === NS_DISCO_INFO && child.attribute('var') === feature)
        return true;
    }
    return false;
  }

  /** The first identity of that category, and of that type where one is given. */
  identity(category: string, type?: string): Identity | undefined {
    for (const identity of this.identities) {
      const { xml } = identity;
      if (xml.attribute('category') !== category) continue;
      if (type === undefined || xml.attribute('type') === type) return identity;
    }
    return undefined;
  }

  /** The form with that FORM_TYPE (XEP-0128). */
  form(formType: string): Form | undefined {
    for (const form of this.forms) if (form.formType === formType) return form;
    return undefined;
  }
}

/** `<item/>`: something that belongs to an entity; ask it, or that node of it, what it is. */
export class DiscoItem extends element('item', NS_DISCO_ITEMS, {
  jid: attr('jid', jid).required(),
  node: attr('node'),
  /** For people. */
  name: attr('name'),
}) {}

/** `<query/>` of disco#items: what belongs to an entity. Empty, it asks for that. */
export class DiscoItems extends element('query', NS_DISCO_ITEMS, {
  node: attr('node'),
  items: children(DiscoItem),
}) {}
