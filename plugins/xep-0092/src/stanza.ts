import { childText, element } from '@sestina/core';

export const NS_VERSION = 'jabber:iq:version';

/** The question. */
export class VersionQuery extends element('query', NS_VERSION) {}

/** The answer: what an entity says that it runs (XEP-0092 §2). What has to be there and is not reads as an empty text. */
export class Version extends element('query', NS_VERSION, {
  name: childText('name').default(''),
  version: childText('version').default(''),
  os: childText('os'),
}) {}
