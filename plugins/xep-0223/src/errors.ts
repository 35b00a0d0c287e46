import { SestinaError } from '@sestina/core';
import { quoted } from '@sestina/core/util';

/** The server cannot keep private data so that it stays private: nothing was sent to it. */
export class PrivateStorageUnsupportedError extends SestinaError {
  static override readonly name: string = 'PrivateStorageUnsupportedError';
  readonly code = 'ERR_PRIVATE_STORAGE_UNSUPPORTED';

  constructor(
    /** What is missing: personal eventing, or that it looks at what a node has to be like. */
    readonly missing: 'pep' | 'publish-options',
    options?: ErrorOptions,
  ) {
    super(`the server cannot keep private data: it has no ${missing}`, options);
  }
}

/** A node has other settings than it has to have, and they could not be changed: nothing was stored. */
export class NodeMisconfiguredError extends SestinaError {
  static override readonly name: string = 'NodeMisconfiguredError';
  readonly code = 'ERR_NODE_MISCONFIGURED';

  constructor(
    readonly node: string,
    /** Who may read it, as the server says; undefined where that is not known. */
    readonly accessModel: string | undefined,
    options?: ErrorOptions,
  ) {
    const who = accessModel === undefined ? '' : `: who may read it is ${quoted(accessModel)}`;
    super(`node ${quoted(node)} has other settings than it has to have, which could not be changed${who}`, options);
  }
}

/** A node has more than is read of it. */
export class StoredNodeTooLargeError extends SestinaError {
  static override readonly name: string = 'StoredNodeTooLargeError';
  readonly code = 'ERR_STORED_NODE_TOO_LARGE';

  constructor(
    readonly node: string,
    /** Bytes that its items may have in all. */
    readonly limit: number,
  ) {
    super(`the items of node ${quoted(node)} have more than ${limit} bytes`);
  }
}
