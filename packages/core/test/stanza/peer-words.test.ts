import { describe, expect, it } from 'vitest';
import {
  ElementView,
  Iq,
  JidError,
  parseDocument,
  ReadOnlyError,
  StanzaError,
  StanzaValueError,
  viewOf,
  XmlElement,
  XmlStreamError,
} from '../../src/index.js';
import { ErrorElement } from '../../src/stanza/stanza-error.js';
import { checkHeader } from '../../src/stream/stream-header.js';
import { payloadOf } from '../../src/xmpp/iq/outgoing.js';

// A line of its own, the codes of a terminal, and what turns a line around.
const HOSTILE = `x\n2026-01-01 ERROR forged\u001b[2J\u009b31m\u202e"${'y'.repeat(20_000)}`;

const harmless = (error: Error | undefined): void => {
  expect(error?.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(error?.message.length).toBeLessThan(700);
};

describe('what a peer says never stands as it is in a message', () => {
  it('of a stanza error, and is kept beside it', () => {
    const iq = new XmlElement('iq', 'jabber:client', { type: 'error', from: HOSTILE });
    iq.append(
      new XmlElement('error', 'jabber:client').append(
        new XmlElement('conflict', 'urn:ietf:params:xml:ns:xmpp-stanzas'),
        new XmlElement('text', 'urn:ietf:params:xml:ns:xmpp-stanzas').append(HOSTILE),
      ),
    );
    const error = ErrorElement.of(new ElementView(iq));
    expect(error).toBeInstanceOf(StanzaError);
    harmless(error);
    expect(error.text).toBe(HOSTILE);
  });

  it('of a value that was not expected, and is kept beside it', () => {
    const error = new StanzaValueError(new XmlElement(HOSTILE, HOSTILE), '@id', HOSTILE, 'a number');
    harmless(error);
    expect(error.raw).toBe(HOSTILE);
  });

  it('of an answer that is another one than was asked for', () => {
    const result = viewOf(Iq, new XmlElement('iq', 'jabber:client').append(new XmlElement(HOSTILE, HOSTILE)));
    let error: Error | undefined;
    try {
      payloadOf(result, Iq as never);
    } catch (thrown) {
      error = thrown as Error;
    }
    expect(error).toBeInstanceOf(StanzaError);
    harmless(error);
  });

  it.each([
    ['of another root', { namespace: HOSTILE, name: HOSTILE }],
    ['of another domain', { from: HOSTILE }],
  ])('of a stream header %s', (_, changes) => {
    const header = {
      name: 'stream',
      namespace: 'http://etherx.jabber.org/streams',
      contentNamespace: 'jabber:client',
      id: 'a',
      version: '1.0',
      ...changes,
    };
    harmless(checkHeader(header as never, { contentNamespace: 'jabber:client', from: 'example.org' }));
  });

  it('of an address, of an element that was written to, of a stream that cannot be read', () => {
    harmless(new JidError(HOSTILE, 'local', 'disallowed'));
    harmless(new ReadOnlyError(new XmlElement(HOSTILE, HOSTILE) as never));
    harmless(new XmlStreamError('not-well-formed', `not well-formed: ${HOSTILE}`));
    expect(() => parseDocument(`<?xml version='1.0' encoding='${'a'.repeat(900)}'?><x/>`)).toThrow(XmlStreamError);
  });
});
