import { MessageCarbons } from '@sestina/xep-0280';
import { MessageArchive } from '@sestina/xep-0313';
import { ArchivePreferences } from '@sestina/xep-0441';
import { askedPart, part } from '../part.js';

/** What was said on other devices, and before. */
export const history = {
  /** What our other devices send and get (XEP-0280). */
  carbons: part(MessageCarbons),
  /** What was said before, from the archive of the server (XEP-0313). */
  archive: part(MessageArchive),
  /** What the server keeps in it (XEP-0441). Only where it is asked for. */
  archivePreferences: askedPart(ArchivePreferences),
};
