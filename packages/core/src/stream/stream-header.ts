import { NS_STREAM, quoted, quotedTag, type StreamHeader } from '@sestina/xml';
import { JID } from '../jid/index.js';
import { StreamError, type StreamErrorCondition } from '../stanza/stream-error.js';

/** What a stream header has to say. */
export interface HeaderExpectation {
  /** The content namespace, `jabber:client` or `jabber:component:accept`. */
  readonly contentNamespace: string;
  /** The domain that it has to come from, where it says so at all. */
  readonly from?: string | undefined;
  /** XEP-0114 has no versions. Default true. */
  readonly versioned?: boolean | undefined;
  readonly streamNamespace?: string | undefined;
  /** Local name of the root. Default `stream`. */
  readonly root?: string | undefined;
}

/** What is wrong with a header (RFC 6120 §4.7, §4.8, §4.9.3), or undefined. */
export function checkHeader(header: StreamHeader, expected: HeaderExpectation): StreamError | undefined {
  const wrong = (condition: StreamErrorCondition, text: string): StreamError => new StreamError(condition, { text });
  if (header.namespace !== (expected.streamNamespace ?? NS_STREAM) || header.name !== (expected.root ?? 'stream')) {
    return wrong('invalid-namespace', `expected a stream, got ${quotedTag(header)}`);
  }
  // Without prefixes the stream's own namespace is the default one, and each stanza declares its own (RFC 6120 §4.8.2).
  const { contentNamespace: content } = header;
  if (expected.root === undefined && content !== expected.contentNamespace && content !== NS_STREAM) {
    return wrong('invalid-namespace', `expected the content namespace ${expected.contentNamespace}`);
  }
  if (expected.versioned !== false) {
    const major = /^(\d{1,5})\.\d{1,5}$/.exec(header.version ?? '')?.[1];
    if (major === undefined || Number(major) !== 1) return wrong('unsupported-version', 'this is XMPP 1.0');
  }
  if (!header.id) return wrong('bad-format', 'the stream header has no id');
  if (expected.from !== undefined && header.from !== undefined && !sameDomain(header.from, expected.from)) {
    const text = `${quoted(header.from, 100)} answers where ${expected.from} was expected: check host and port`;
    return wrong('invalid-from', text);
  }
  return undefined;
}

function sameDomain(said: string, expected: string): boolean {
  return JID.tryParse(said)?.equals(expected) ?? false;
}
