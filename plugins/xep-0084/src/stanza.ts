import { anyChild, attr, children, element, int, ownText } from '@sestina/core';
import { definePubSubNode } from '@sestina/xep-0060';

/** The namespace of images, which is the name of their node, too. */
export const NS_AVATAR_DATA = 'urn:xmpp:avatar:data';
/** The namespace of what is said of images, which is the name of that node, too. */
export const NS_AVATAR_METADATA = 'urn:xmpp:avatar:metadata';

/** `<data/>`: an image, always `image/png` (XEP-0084 §4.1). */
export class AvatarData extends element('data', NS_AVATAR_DATA, {
  /** In base64: it is checked how much of it there is before it is decoded. */
  encoded: ownText(),
}) {}

const described = {
  /** The SHA-1 hash of its bytes, in hex; of some bridges any other text. */
  id: attr('id'),
  bytes: attr('bytes', int(0, 4_294_967_295)).lenient(),
  type: attr('type'),
  /** Pixels, as the owner says. */
  width: attr('width', int(0, 65_535)).lenient(),
  /** Pixels, as the owner says. */
  height: attr('height', int(0, 65_535)).lenient(),
};

/** `<info/>`: one form of the image (XEP-0084 §4.2.1). */
export class AvatarInfoElement extends element('info', NS_AVATAR_METADATA, {
  ...described,
  /** Where it lies; without one it lies in the node of the images. */
  url: attr('url'),
}) {}

/** `<pointer/>`: an image of another service (XEP-0084 §4.2.2). */
export class AvatarPointer extends element('pointer', NS_AVATAR_METADATA, { ...described, payload: anyChild() }) {}

/** `<metadata/>`: the forms of an image; an empty one says that there is none (XEP-0084 §4.2). */
export class AvatarMetadata extends element('metadata', NS_AVATAR_METADATA, {
  infos: children(AvatarInfoElement),
  pointers: children(AvatarPointer),
}) {}

/** What an empty one is published under. */
const NONE = 'current';

export const AVATAR_DATA = definePubSubNode({ node: NS_AVATAR_DATA, payload: AvatarData });
export const AVATAR_METADATA = definePubSubNode({
  node: NS_AVATAR_METADATA,
  payload: AvatarMetadata,
  itemId: (metadata) => metadata.infos.at(0)?.id ?? NONE,
});
