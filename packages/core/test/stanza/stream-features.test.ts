import { describe, expect, it } from 'vitest';
import { element } from '../../src/stanza/element.js';
import { childTexts } from '../../src/stanza/fields.js';
import { StreamFeatures } from '../../src/stanza/stream-features.js';
import { received } from '../helpers/received.js';

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
class Mechanisms extends element('mechanisms', SASL, { names: childTexts('mechanism') }) {}
class Bind extends element('bind', 'urn:ietf:params:xml:ns:xmpp-bind') {}

describe('stream features', () => {
  const features = received(
    StreamFeatures,
    "<s:features xmlns:s='http://etherx.jabber.org/streams'>" +
      `<mechanisms xmlns='${SASL}'><mechanism>PLAIN</mechanism></mechanisms></s:features>`,
  );

  it('are found by class', () => {
    expect(features.feature(Mechanisms)?.names).toEqual(['PLAIN']);
    expect(features.feature(Bind)).toBeUndefined();
  });

  it('are found by name and namespace', () => {
    expect(features.has('mechanisms', SASL)).toBe(true);
    expect(features.has('mechanisms', 'urn:other')).toBe(false);
  });
});
