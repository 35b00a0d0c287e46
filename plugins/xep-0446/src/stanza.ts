import { attr, element, int } from '@sestina/core';

/** The namespace. */
export const NS_FILE_METADATA = 'urn:xmpp:file:metadata:0';
/** The namespace of thumbnails (XEP-0264). */
export const NS_THUMBNAILS = 'urn:xmpp:thumbs:1';

const pixels = int(0, 0x7fff_ffff);

/** `<thumbnail/>`: where a small picture of a file is (XEP-0264 §3). Nothing of it was checked, and nothing is to be allocated by it. */
export class Thumbnail extends element('thumbnail', NS_THUMBNAILS, {
  /** `cid:`, `data:` or `https:`. */
  uri: attr('uri').required(),
  mediaType: attr('media-type'),
  /** Pixels, as its sender says. */
  width: attr('width', pixels).lenient(),
  height: attr('height', pixels).lenient(),
}) {}
