import { describe, expect, it } from 'vitest';
import { element } from '../../src/stanza/element.js';
import { attr } from '../../src/stanza/fields.js';
import { Iq } from '../../src/stanza/iq.js';
import { StanzaError } from '../../src/stanza/stanza-error.js';
import { StanzaValueError } from '../../src/stanza/value-error.js';
import { received, xml } from '../helpers/received.js';

class Query extends element('query', 'urn:example:q', { node: attr('node') }) {}

const GET =
  "<iq xmlns='jabber:client' type='get' id='q1' from='a@b/c' to='d@e/f'><query xmlns='urn:example:q' node='n'/></iq>";
const iq = (attributes: string): Iq => new Iq(xml(`<iq xmlns='jabber:client' ${attributes}/>`));

describe('an iq', () => {
  it.each([
    ['get', true],
    ['set', true],
    ['result', false],
    ['error', false],
  ])('of type %s', (type, isRequest) => {
    expect([iq(`type='${type}'`).type, iq(`type='${type}'`).isRequest]).toEqual([type, isRequest]);
  });

  it.each(["type='banana'", '', "type=''"])('of no known type (%s) is no request', (attributes) => {
    expect(() => iq(attributes).type).toThrow(StanzaValueError);
    expect(iq(attributes).isRequest).toBe(false);
  });

  it('has a payload by class', () => {
    const view = received(Iq, GET);
    expect(view.payload(Query)?.node).toBe('n');
    class Other extends element('query', 'urn:example:other') {}
    expect(view.payload(Other)).toBeUndefined();
  });
});

describe('reply()', () => {
  it('is the empty result', () => {
    expect(received(Iq, GET).reply().toString()).toBe(
      "<iq xmlns='jabber:client' type='result' id='q1' to='a@b/c' from='d@e/f'/>",
    );
  });

  it('carries the payload', () => {
    expect(
      received(Iq, GET)
        .reply(new Query({ node: 'x' }))
        .payload(Query)?.node,
    ).toBe('x');
  });

  it('may carry the payload of the request itself', () => {
    const request = received(Iq, GET);
    const reply = request.reply(request.payload(Query));
    expect(reply.toString()).toContain("<query xmlns='urn:example:q' node='n'/></iq>");
  });

  it('knows what it answers', () => {
    const request = received(Iq, GET);
    expect(request.reply().xml.origin?.request).toBe(request.xml.origin);
    expect(request.errorReply('conflict').xml.origin?.request).toBe(request.xml.origin);
  });

  it('of a copy answers what was copied, so that there is one answer', () => {
    const request = received(Iq, GET);
    expect(request.copy().reply().xml.origin?.request).toBe(request.xml.origin);
    expect(request.copy().copy().reply().xml.origin?.request).toBe(request.xml.origin);
    expect(request.reply().copy().xml.origin?.request).toBe(request.xml.origin);
  });

  it('does not make a copy of the request an answer', () => {
    expect(received(Iq, GET).copy().xml.origin?.request).toBeUndefined();
  });

  it.each(['result', 'error'])('never answers one of type %s', (type) => {
    expect(() => iq(`type='${type}' id='1'`).reply()).toThrow(TypeError);
    expect(() => iq(`type='${type}' id='1'`).errorReply('bad-request')).toThrow(/never answered/);
  });

  it('may say that the type is unknown', () => {
    expect(iq("type='banana' id='1' from='a@b'").errorReply('bad-request').toString()).toContain("type='error' id='1'");
  });
});

describe('errorReply()', () => {
  it('takes a condition and a text, or an error', () => {
    const request = received(Iq, GET);
    expect(request.errorReply('item-not-found', 'no such node').error).toMatchObject({
      condition: 'item-not-found',
      type: 'cancel',
      text: 'no such node',
    });
    expect(request.errorReply(new StanzaError('forbidden', { text: 'no' }), 'ignored').error?.text).toBe('no');
  });
});
