import { attr, bool, children, childText, declareSecret, element, JID } from '@sestina/core';

/** The namespace, which is the name of the node, too. */
export const NS_LEGACY_BOOKMARKS = 'storage:bookmarks';

/** `<conference/>`: a room that is remembered (XEP-0048 §2.1). */
export class LegacyConference extends element('conference', NS_LEGACY_BOOKMARKS, {
  /** The address as it stands there, which may be none: see `room`. */
  jid: attr('jid'),
  /** For people. */
  name: attr('name'),
  /** Whether the room is entered by itself. */
  autojoin: attr('autojoin', bool).lenient().default(false),
  /** What we want to be called there. */
  nick: childText('nick'),
  /** What the room asks for: it stands there as it is. */
  password: childText('password'),
}) {
  /** The room; undefined where `jid` is no address of one. */
  get room(): JID | undefined {
    const jid = JID.tryParse(this.jid ?? '');
    return jid?.local ? jid.bare : undefined;
  }
}

/** `<url/>`: a page that is remembered (XEP-0048 §2.2). */
export class LegacyUrl extends element('url', NS_LEGACY_BOOKMARKS, { name: attr('name'), url: attr('url') }) {}

/** `<storage/>`: all of them in one element (XEP-0048 §2). */
export class LegacyStorage extends element('storage', NS_LEGACY_BOOKMARKS, {
  conferences: children(LegacyConference),
  urls: children(LegacyUrl),
}) {
  /** The bookmark of a room. */
  find(room: JID | string): LegacyConference | undefined {
    const { bare } = JID.from(room);
    return [...this.conferences].find((each) => each.room?.equals(bare));
  }
}

declareSecret({ namespace: NS_LEGACY_BOOKMARKS, name: 'password' });
