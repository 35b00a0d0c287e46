import { int } from '@sestina/core';
import type { DiscoInfo } from '@sestina/xep-0030';

const NS_ROOM_INFO = 'http://jabber.org/protocol/muc#roominfo';
const STABLE_ID = 'http://jabber.org/protocol/muc#stable_id';

/** What a room says of itself to who asks (XEP-0045 §6.4). */
export interface RoomInfo {
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly language: string | undefined;
  readonly subject: string | undefined;
  /** How many are there; undefined where it does not say. */
  readonly occupants: number | undefined;
  readonly passwordProtected: boolean;
  readonly membersOnly: boolean;
  /** Only who was given voice may speak. */
  readonly moderated: boolean;
  /** All occupants see our real address, not only the moderators. */
  readonly nonAnonymous: boolean;
  /** It stays when the last occupant leaves. */
  readonly persistent: boolean;
  /** It is not in the list of the service. */
  readonly hidden: boolean;
  /** It leaves the ids of messages as they are. */
  readonly stableIds: boolean;
  /** All features that it announces. */
  readonly features: ReadonlySet<string>;
  /** The whole answer. */
  readonly disco: DiscoInfo;
}

const COUNT = int(0);

/** What the answer of a room to disco#info says. */
export function roomInfo(disco: DiscoInfo): RoomInfo {
  const features = new Set(disco.features);
  const form = disco.form(NS_ROOM_INFO);
  const value = (name: string): string | undefined => form?.field(`muc#roominfo_${name}`)?.value || undefined;
  return {
    name: disco.identity('conference')?.name,
    description: value('description'),
    language: value('lang'),
    subject: value('subject'),
    occupants: COUNT.decode(value('occupants') ?? ''),
    passwordProtected: features.has('muc_passwordprotected'),
    membersOnly: features.has('muc_membersonly'),
    moderated: features.has('muc_moderated'),
    nonAnonymous: features.has('muc_nonanonymous'),
    persistent: features.has('muc_persistent'),
    hidden: features.has('muc_hidden'),
    stableIds: features.has(STABLE_ID),
    features,
    disco,
  };
}
