import { attr, child, children, element, extend, XmlElement } from '@sestina/core';
import { bookmarkExtension, ConferenceBookmark } from '@sestina/xep-0402';

/** The namespace of all elements of XEP-0492. */
export const NS_NOTIFICATION_SETTINGS = 'urn:xmpp:notification-settings:1';

/** When somebody wants to be notified of what is said in a conversation (XEP-0492 §2.1). */
export type NotificationValue = 'always' | 'on-mention' | 'never';

/** What a program is, as service discovery has it (XEP-0030): `client` and `phone`. */
export interface ProgramIdentity {
  readonly category: string;
  readonly type: string;
}

/** `<advanced/>`: what other programs keep beside a value, in their own namespaces (XEP-0492 §2.3). */
export class AdvancedNotify extends element('advanced', NS_NOTIFICATION_SETTINGS) {}

const fields = {
  /** For which category of programs; for all where there is none. */
  identityCategory: attr('identity-category'),
  /** For which type of that category; for all where there is none. Without a category the element counts for nobody. */
  identityType: attr('identity-type'),
  advanced: child(AdvancedNotify),
};

/** `<always/>`: of everything that is said. */
export class NotifyAlways extends element('always', NS_NOTIFICATION_SETTINGS, fields) {}
/** `<on-mention/>`: of what mentions us. */
export class NotifyOnMention extends element('on-mention', NS_NOTIFICATION_SETTINGS, fields) {}
/** `<never/>`: of nothing. */
export class NotifyNever extends element('never', NS_NOTIFICATION_SETTINGS, fields) {}

type Setting = NotifyAlways | NotifyOnMention | NotifyNever;
type Scope = Partial<ProgramIdentity>;

/** `<notify/>`: when to notify of a conversation, by kind of program (XEP-0492 §2.1). */
export class Notify extends element('notify', NS_NOTIFICATION_SETTINGS, {
  always: children(NotifyAlways),
  onMention: children(NotifyOnMention),
  never: children(NotifyNever),
}) {
  /** The value for a program: that of the most specific element, of equal ones the first; undefined where none is for it (§3). */
  valueFor(identity: ProgramIdentity): NotificationValue | undefined {
    return this.#counting(identity)?.name as NotificationValue | undefined;
  }

  /**
   * Sets the value. `<advanced/>` stays where it is, and what holds for other kinds of program stays as it is.
   * @param identity The program that this is. The value holds for all that have none of their own, and for this one.
   * @param onlyThisType Whether it holds for programs of its category and type alone. Where there is no value for all others, it becomes
   *   theirs, too (§3).
   */
  setFor(value: NotificationValue, identity: ProgramIdentity, onlyThisType = false): void {
    const fallback = this.#settings().some((setting) => isFor(setting, {}));
    if (onlyThisType) this.#write(value, identity);
    if (!onlyThisType || !fallback) this.#write(value, {});
    const counting = this.#counting(identity);
    if (counting && counting.name !== value) this.#write(value, scopeOf(counting));
  }

  #settings(): XmlElement[] {
    return [...this.xml.elements()].filter(
      ({ name, namespace }) =>
        namespace === NS_NOTIFICATION_SETTINGS && (name === 'always' || name === 'on-mention' || name === 'never'),
    );
  }

  #counting({ category, type }: ProgramIdentity): XmlElement | undefined {
    const settings = this.#settings();
    for (const scope of [{ category, type }, { category }, {}]) {
      const found = settings.find((setting) => isFor(setting, scope));
      if (found) return found;
    }
    return undefined;
  }

  /** One element for each kind and scope: further ones go, unless they have something of other programs in them. */
  #write(value: NotificationValue, scope: Scope): void {
    const same = this.#settings().filter((setting) => isFor(setting, scope));
    const kept = same.find(({ name }) => name === value) ?? same[0];
    const at = same[0] ? this.xml.children.indexOf(same[0]) : this.xml.nodeCount;
    for (const setting of same) {
      if (setting === kept || !setting.child(AdvancedNotify.tag)) this.xml.remove(setting);
    }
    this.xml.insert(at, kept ? renamed(kept, value) : settingOf(value, scope));
  }
}

function scopeOf(setting: XmlElement): Scope {
  const category = setting.attribute('identity-category');
  const type = setting.attribute('identity-type');
  return { ...(category !== undefined && { category }), ...(type !== undefined && { type }) };
}

function isFor(setting: XmlElement, { category, type }: Scope): boolean {
  const scope = scopeOf(setting);
  return scope.category === category && scope.type === type;
}

function settingOf(value: NotificationValue, { category: identityCategory, type: identityType }: Scope): XmlElement {
  const init = { identityCategory, identityType };
  const setting: Setting =
    value === 'always' ? new NotifyAlways(init) : value === 'never' ? new NotifyNever(init) : new NotifyOnMention(init);
  return setting.xml;
}

function renamed(setting: XmlElement, name: NotificationValue): XmlElement {
  if (setting.name === name) return setting;
  const copy = new XmlElement(name, setting.namespace, Object.fromEntries(setting.attributes()));
  return copy.append(...setting.copy().children);
}

declare module '@sestina/xep-0402' {
  interface ConferenceBookmark {
    /** When to notify of what is said in the room (XEP-0492); undefined where nobody has set it. */
    notify: Notify | undefined;
  }
}

extend(ConferenceBookmark, { notify: bookmarkExtension(Notify) }, NS_NOTIFICATION_SETTINGS);
