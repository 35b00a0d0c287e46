import type { JID, Message, MessageContext, Sending } from '@sestina/core';
import type { UploadOptions } from '@sestina/xep-0363';
import type { FileMetadataExtras } from '@sestina/xep-0446';
import type { FileShare, FileSources } from './stanza.js';

/** Options of `FileSharing`. */
export class FileSharingOptions {
  /**
   * Bytes of a file that is fetched, unless the call says otherwise.
   * @default 10_485_760
   */
  maxBytes = 10_485_760;
  /**
   * Bytes of files that are remembered by their hash. 0: none are.
   * @default 16_777_216
   */
  cacheBytes = 16_777_216;
}

/** Somebody shares files: with us, from another device of ours, or long ago. */
export interface FilesShared {
  readonly message: Message;
  readonly files: readonly FileShare[];
  readonly context: MessageContext;
}

/** A file that was shared before can be fetched somewhere else, too. */
export interface FileSourcesAdded {
  readonly message: Message;
  /** The id of the message that shares the file. */
  readonly to: string;
  readonly sources: FileSources;
  /** Whether whoever shares the file says so. What others say is used where a hash proves the file. */
  readonly bySender: boolean;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** Somebody shares files (XEP-0447). Nothing of them was fetched. */
    filesShared: FilesShared;
    /** There are more sources of a file that was shared (XEP-0447 §3.3). */
    fileSourcesAdded: FileSourcesAdded;
  }
}

/** How a file is shared. */
export interface ShareFileOptions extends UploadOptions, Omit<FileMetadataExtras, 'hashes' | 'name'> {
  /** What is said beside the file. */
  readonly caption?: string | undefined;
  /** Whether it is to be shown, or only fetched when somebody wants it. */
  readonly disposition?: 'attachment' | 'inline' | undefined;
  /** @default 'groupchat' in rooms that were entered, else 'chat' */
  readonly messageType?: 'chat' | 'groupchat' | 'normal' | undefined;
}

/** A file that we have shared. */
export interface SharedFile {
  readonly to: JID;
  /** The id of its message. */
  readonly messageId: string;
  readonly share: FileShare;
  readonly sending: Sending;
}
