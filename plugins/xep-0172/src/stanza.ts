import { child, declarePlacement, element, extend, Message, ownText, Presence } from '@sestina/core';

/** The namespace, which is the name of the node, too. */
export const NS_NICK = 'http://jabber.org/protocol/nick';

const MAX_SHOWN = 128;
// Control characters, and those that turn the direction of what stands around them or have no width.
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u{ad}\u{200b}\u{2060}\u{feff}]/gu;
const SEEN = /[^\p{Default_Ignorable_Code_Point}\s]/u;

/** `<nick/>`: what somebody wants to be called (XEP-0172 §3). It belongs to who sent the nearest element around it. */
export class Nick extends element('nick', NS_NICK, {
  /** As it was sent. To show it, take `display`. */
  text: ownText(),
}) {
  /**
   * What can be shown: 128 characters at most, without those that are not seen or that turn the direction of the text around them;
   * undefined where nothing is left. Anybody may call itself like anybody else.
   */
  get display(): string | undefined {
    // What is cut away must not cost the time that it takes to look at it.
    const text = (this.text ?? '')
      .slice(0, 8 * MAX_SHOWN)
      .replace(/\s+/gu, ' ')
      .replace(UNSEEN, '')
      .trim();
    const shown = [...text].slice(0, MAX_SHOWN).join('').trim();
    return SEEN.test(shown) ? shown : undefined;
  }
}

declarePlacement(Nick, 'outside');

declare module '@sestina/core' {
  interface Message {
    /** What the sender wants to be called (XEP-0172). */
    nickname: Nick | undefined;
  }
  interface Presence {
    /** What the sender wants to be called; in requests for a subscription (XEP-0172 §4.1). */
    nickname: Nick | undefined;
  }
}

extend(Message, { nickname: child(Nick) }, NS_NICK);
extend(Presence, { nickname: child(Nick) }, NS_NICK);
