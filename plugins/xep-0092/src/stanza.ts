import { childText, element } from '@sestina/core';

export const NS_VERSION = 'jabber:iq:version';

/** The question. */
export class VersionQuery extends element('query', NS_VERSION) {}

/** The answer: what an entity says that it runs (XEP-0092 §2). Reading `name` or `version` throws where it is missing. */
export class Version extends element('query', NS_VERSION, {
  name: childText('name').required(),
  version: childText('version').required(),
  os: childText('os'),
}) {}
