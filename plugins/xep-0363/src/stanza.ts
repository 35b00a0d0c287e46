import {
  attr,
  child,
  children,
  childText,
  choice,
  dateTime,
  declareSecret,
  element,
  int,
  ownText,
} from '@sestina/core';

/** The namespace, which is also the feature. */
export const NS_UPLOAD = 'urn:xmpp:http:upload:0';
/** The namespace of purposes; with `#` and the name of one it is a feature (XEP-0363 §5). */
export const NS_UPLOAD_PURPOSE = 'urn:xmpp:http:upload:purpose:0';

/** `<message/>`: the file is for a message, which is what is assumed, too (XEP-0363 §5.1). */
export class MessagePurpose extends element('message', NS_UPLOAD_PURPOSE) {}
/** `<profile/>`: the file is an avatar or something like it (XEP-0363 §5.2). */
export class ProfilePurpose extends element('profile', NS_UPLOAD_PURPOSE) {}
/** `<permanent/>`: the file is to be kept for long (XEP-0363 §5.4). */
export class PermanentPurpose extends element('permanent', NS_UPLOAD_PURPOSE) {}
/** `<ephemeral/>`: the file is to be deleted in time (XEP-0363 §5.3). */
export class EphemeralPurpose extends element('ephemeral', NS_UPLOAD_PURPOSE, {
  /** When it has to be gone. */
  expireBefore: attr('expire-before', dateTime).required(),
}) {}

/** `<request/>`: asks for a slot (XEP-0363 §4). */
export class UploadRequest extends element('request', NS_UPLOAD, {
  filename: attr('filename').required(),
  /** Bytes. */
  size: attr('size', int(0)).required(),
  contentType: attr('content-type'),
  /** What the file is for. */
  purpose: choice(MessagePurpose, ProfilePurpose, EphemeralPurpose, PermanentPurpose),
}) {}

/** `<header/>`: a field of the PUT request (XEP-0363 §4). */
export class SlotHeader extends element('header', NS_UPLOAD, {
  name: attr('name').required(),
  value: ownText(),
}) {}

/** `<put/>`: where the file goes (XEP-0363 §4). */
export class SlotPut extends element('put', NS_UPLOAD, {
  url: attr('url').required(),
  headers: children(SlotHeader),
}) {}

/** `<get/>`: where the file will be (XEP-0363 §4). */
export class SlotGet extends element('get', NS_UPLOAD, { url: attr('url').required() }) {}

/** `<slot/>`: the answer (XEP-0363 §4). */
export class Slot extends element('slot', NS_UPLOAD, { put: child(SlotPut), get: child(SlotGet) }) {}

/** `<file-too-large/>`: in an error (XEP-0363 §6). */
export class FileTooLarge extends element('file-too-large', NS_UPLOAD, {
  /** Bytes that are allowed. */
  maxFileSize: childText('max-file-size', int(1)).lenient(),
}) {}

/** `<retry/>`: in an error that will pass (XEP-0363 §6). */
export class UploadRetry extends element('retry', NS_UPLOAD, { stamp: attr('stamp', dateTime).lenient() }) {}

// With either of them anybody could upload in our name.
declareSecret(SlotHeader);
declareSecret({ namespace: NS_UPLOAD, name: SlotPut.tag, attribute: 'url' });
