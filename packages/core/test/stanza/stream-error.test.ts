import { describe, expect, it } from 'vitest';
import { StreamError, type StreamErrorCondition } from '../../src/stanza/stream-error.js';
import { xml } from '../helpers/received.js';

const NS = 'urn:ietf:params:xml:ns:xmpp-streams';
const STREAM = 'http://etherx.jabber.org/streams';

// RFC 6120 §4.9.3, and whether the same stream may be opened again.
const CONDITIONS: [StreamErrorCondition, boolean][] = [
  ['bad-format', false],
  ['bad-namespace-prefix', false],
  ['conflict', false],
  ['connection-timeout', true],
  ['host-gone', false],
  ['host-unknown', false],
  ['improper-addressing', false],
  ['internal-server-error', true],
  ['invalid-from', false],
  ['invalid-namespace', false],
  ['invalid-xml', false],
  ['not-authorized', false],
  ['not-well-formed', false],
  ['policy-violation', false],
  ['remote-connection-failed', true],
  ['reset', true],
  ['resource-constraint', true],
  ['restricted-xml', false],
  ['see-other-host', false],
  ['system-shutdown', true],
  ['undefined-condition', true],
  ['unsupported-encoding', false],
  ['unsupported-feature', false],
  ['unsupported-stanza-type', false],
  ['unsupported-version', false],
];

const from = (content: string): StreamError =>
  StreamError.fromElement(xml(`<s:error xmlns:s='${STREAM}'>${content}</s:error>`));

describe('a stream error', () => {
  it.each(CONDITIONS)('%s goes there and back', (condition, retryable) => {
    const error = new StreamError(condition, { text: 'Because <', application: xml("<x xmlns='urn:app'/>") });
    expect(error).toMatchObject({ origin: 'local', retryable, code: 'ERR_STREAM' });
    const back = StreamError.fromElement(xml(error.toElement().toString()));
    expect(back).toMatchObject({ condition, text: 'Because <', origin: 'peer', retryable });
    expect(back.application?.namespace).toBe('urn:app');
    expect(back.seeOtherHost).toBeUndefined();
  });

  it('is written as the RFC has it', () => {
    expect(new StreamError('not-well-formed').toElement().toString()).toBe(
      `<error xmlns='${STREAM}'><not-well-formed xmlns='${NS}'/></error>`,
    );
  });

  it('says who ended the stream', () => {
    expect(new StreamError('conflict').message).toBe('we ended the stream: conflict');
    expect(new StreamError('conflict', { origin: 'peer', text: 'x' }).message).toBe(
      'the server ended the stream: conflict, "x"',
    );
  });

  it('shows nothing of the peer that could forge or write over a line, and keeps what it was', () => {
    const text = `bye\n2026-01-01 ERROR forged \u001b[2J\u202e${'x'.repeat(10_000)}`;
    const error = new StreamError('conflict', { origin: 'peer', text });
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(error.message.length).toBeLessThan(300);
    expect(error.text).toBe(text);
  });

  it('has the other host, IPv6 too', () => {
    const error = new StreamError('see-other-host', { seeOtherHost: '[2001:41D0:1:A49b::1]:9222' });
    expect(StreamError.fromElement(error.toElement()).seeOtherHost).toBe('[2001:41D0:1:A49b::1]:9222');
    expect(from(`<see-other-host xmlns='${NS}'> host.example\n</see-other-host>`).seeOtherHost).toBe('host.example');
  });

  it('has no other host where none is named', () => {
    expect(from(`<see-other-host xmlns='${NS}'> </see-other-host>`).seeOtherHost).toBeUndefined();
    expect(from(`<conflict xmlns='${NS}'>host.example</conflict>`).seeOtherHost).toBeUndefined();
    expect(from(`<see-other-host xmlns='${NS}'/><banana xmlns='${NS}'>h</banana>`).seeOtherHost).toBeUndefined();
  });

  it.each([
    ['an unknown condition', `<banana xmlns='${NS}'/>`],
    ['no condition', ''],
    ['a condition in another namespace', '<conflict xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>'],
    ['a name of Object.prototype', `<constructor xmlns='${NS}'/>`],
    ['only text', 'conflict'],
  ])('with %s is undefined-condition', (_name, content) => {
    expect(from(content)).toMatchObject({ condition: 'undefined-condition', origin: 'peer' });
  });

  it('has the first condition that we know', () => {
    expect(from(`<banana xmlns='${NS}'/><reset xmlns='${NS}'/><conflict xmlns='${NS}'/>`).condition).toBe('reset');
  });

  it('does not hand out its application condition to be changed', () => {
    const error = new StreamError('conflict', { application: xml("<x xmlns='urn:app'/>") });
    error.toElement().child('x', 'urn:app')?.append('changed');
    expect(error.application?.text).toBe('');
  });
});
