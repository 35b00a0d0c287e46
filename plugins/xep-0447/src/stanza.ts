import { attr, child, children, type ElementList, element, extend, Message, oneOf } from '@sestina/core';
import { FileMetadata } from '@sestina/xep-0446';

/** The namespace, which is also the feature. */
export const NS_FILE_SHARING = 'urn:xmpp:sfs:0';
/** The namespace of addresses (XEP-0103). */
export const NS_URL_DATA = 'http://jabber.org/protocol/url-data';
/** The namespace of what belongs to an earlier message (XEP-0367). */
export const NS_MESSAGE_ATTACHING = 'urn:xmpp:message-attaching:1';

/** `<url-data/>`: a file is at that address (XEP-0103 §3.1). */
export class UrlData extends element('url-data', NS_URL_DATA, { target: attr('target').required() }) {}

/** `<sources/>`: where a file can be fetched (XEP-0447 §3.1). Sources of kinds that are not known stay in the element. */
export class FileSources extends element('sources', NS_FILE_SHARING, {
  /** Of a message with several files: which of them. */
  id: attr('id'),
  urls: children(UrlData),
}) {}

/** `<file-sharing/>`: a file that is shared (XEP-0447 §3.1). */
export class FileShare extends element('file-sharing', NS_FILE_SHARING, {
  /** What tells it from the other files of its message. */
  id: attr('id'),
  /** `attachment`: nobody should fetch it unasked. `inline`: it is to be shown. */
  disposition: attr('disposition', oneOf('attachment', 'inline')).lenient(),
  file: child(FileMetadata),
  /** None: they are said later. */
  sources: child(FileSources),
}) {}

/** `<attach-to/>`: the message belongs to that one (XEP-0367). */
export class AttachTo extends element('attach-to', NS_MESSAGE_ATTACHING, { id: attr('id') }) {}

declare module '@sestina/core' {
  interface Message {
    /** The files that it shares (XEP-0447). */
    readonly sharedFiles: ElementList<FileShare>;
    /** Further sources of a file that an earlier message shares (XEP-0447 §3.3). */
    attachedSources: FileSources | undefined;
    /** The earlier message that it belongs to (XEP-0367). */
    attachTo: AttachTo | undefined;
  }
}

extend(
  Message,
  { sharedFiles: children(FileShare), attachedSources: child(FileSources), attachTo: child(AttachTo) },
  NS_FILE_SHARING,
);
