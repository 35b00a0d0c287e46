import { LastActivity } from '@sestina/xep-0012';
import { VCards } from '@sestina/xep-0054';
import { OutOfBand } from '@sestina/xep-0066';
import { Avatars } from '@sestina/xep-0084';
import { SoftwareVersion } from '@sestina/xep-0092';
import { VCardAvatars } from '@sestina/xep-0153';
import { Nicknames } from '@sestina/xep-0172';
import { Blocking } from '@sestina/xep-0191';
import { EntityTime } from '@sestina/xep-0202';
import { ExternalServices } from '@sestina/xep-0215';
import { IdleTime } from '@sestina/xep-0319';
import { HttpUpload } from '@sestina/xep-0363';
import { AvatarConversion } from '@sestina/xep-0398';
import { DisplayedSync } from '@sestina/xep-0490';
import { askedPart, part } from '../part.js';

/** What our devices know of each other, and people of each other, beside what they say. */
export const account = {
  /** Up to where we have read, for all our devices (XEP-0490). */
  displayedSync: part(DisplayedSync),
  /** What people call themselves (XEP-0172). */
  nicknames: part(Nicknames),
  /** Pictures of people (XEP-0084). */
  avatars: part(Avatars),
  /** Name, address and more of people (XEP-0054). */
  vcards: part(VCards),
  /** Pictures of people, in their cards (XEP-0153). */
  vcardAvatars: part(VCardAvatars),
  /** The one kind of picture for those who know the other, where the server does that (XEP-0398). */
  avatarConversion: part(AvatarConversion),
  /** People of whom nothing is wanted (XEP-0191). */
  blocking: part(Blocking),
  /** Files that are sent (XEP-0363). */
  upload: part(HttpUpload),
  /** Addresses of files in messages (XEP-0066). */
  outOfBand: part(OutOfBand),
  /** Servers for calls and the like, with what is needed to use them (XEP-0215). */
  externalServices: part(ExternalServices),
  /** Which program this is; with a `name` (XEP-0092). Only where it is asked for. */
  version: askedPart(SoftwareVersion, { answer: 'nobody' }),
  /** What time it is here (XEP-0202). Only where it is asked for. */
  time: askedPart(EntityTime, { answer: 'nobody' }),
  /** Since when nobody does anything here, for those who ask (XEP-0012). Only where it is asked for. */
  lastActivity: askedPart(LastActivity, { answer: 'nobody' }),
  /** Since when nobody does anything here, in presence (XEP-0319). Only where it is asked for. */
  idleTime: askedPart(IdleTime, { broadcast: false }),
};
