import { describe, expect, it } from 'vitest';
import { JID } from '../../src/jid/index.js';
import { element } from '../../src/stanza/element.js';
import { attr } from '../../src/stanza/fields.js';
import { Iq } from '../../src/stanza/iq.js';
import { Message } from '../../src/stanza/message.js';
import {
  ErrorElement,
  STANZA_ERROR_TYPES,
  StanzaError,
  type StanzaErrorCondition,
} from '../../src/stanza/stanza-error.js';
import { received, xml } from '../helpers/received.js';

const NS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

// RFC 6120 §8.3.3: the type that SHOULD go with the condition, the first where two are named; undefined-condition: any.
const CONDITIONS: [StanzaErrorCondition, string][] = [
  ['bad-request', 'modify'],
  ['conflict', 'cancel'],
  ['feature-not-implemented', 'cancel'],
  ['forbidden', 'auth'],
  ['gone', 'cancel'],
  ['internal-server-error', 'cancel'],
  ['item-not-found', 'cancel'],
  ['jid-malformed', 'modify'],
  ['not-acceptable', 'modify'],
  ['not-allowed', 'cancel'],
  ['not-authorized', 'auth'],
  ['policy-violation', 'modify'],
  ['recipient-unavailable', 'wait'],
  ['redirect', 'modify'],
  ['registration-required', 'auth'],
  ['remote-server-not-found', 'cancel'],
  ['remote-server-timeout', 'wait'],
  ['resource-constraint', 'wait'],
  ['service-unavailable', 'cancel'],
  ['subscription-required', 'auth'],
  ['undefined-condition', 'cancel'],
  ['unexpected-request', 'wait'],
];

const failed = (content: string): Iq =>
  received(Iq, `<iq xmlns='jabber:client' type='error' id='1' from='a@b'>${content}</iq>`);

class TooMany extends element('too-many', 'urn:example:errors', { limit: attr('limit') }) {}

describe('the conditions', () => {
  it('are the 22 of RFC 6120', () => {
    expect(Object.keys(STANZA_ERROR_TYPES)).toEqual(CONDITIONS.map(([condition]) => condition));
  });

  it.each(CONDITIONS)('%s has the type %s, here, on the wire and back', (condition, type) => {
    const error = new StanzaError(condition);
    expect([error.type, error.retryable, error.code]).toEqual([type, type === 'wait', 'ERR_STANZA']);
    expect(error.toElement().toString()).toBe(
      `<error xmlns='jabber:client' type='${type}'><${condition} xmlns='${NS}'/></error>`,
    );
    expect(ErrorElement.of(failed(error.toElement().toString()))).toMatchObject({ condition, type });
    // An error without a type has the recommended one.
    expect(ErrorElement.of(failed(`<error><${condition} xmlns='${NS}'/></error>`))).toMatchObject({ condition, type });
  });
});

describe('a stanza error', () => {
  it('takes everything there and back', () => {
    const error = new StanzaError('policy-violation', {
      type: 'wait',
      text: 'Slow < down',
      by: JID.parse('montague.example'),
      application: new TooMany({ limit: '5' }),
    });
    const stanza = failed(error.toElement().toString());
    const back = ErrorElement.of(stanza);
    expect(back).toMatchObject({
      condition: 'policy-violation',
      type: 'wait',
      text: 'Slow < down',
      by: 'montague.example',
      retryable: true,
      name: 'StanzaError',
      message: '"a@b" answered: policy-violation: "Slow < down"',
    });
    expect(back.has(TooMany)).toBe(true);
    expect(back.has(ErrorElement as never)).toBe(false);
    expect(back.application?.attribute('limit')).toBe('5');
    expect(back.stanza).toBe(stanza);
    expect(error.stanza).toBeUndefined();
  });

  it.each(['gone', 'redirect'] as const)('has the new address of %s', (condition) => {
    const error = new StanzaError(condition, { address: 'xmpp:romeo@afterlife.example' });
    expect(ErrorElement.of(failed(error.toElement().toString())).address).toBe('xmpp:romeo@afterlife.example');
  });

  it('takes white space for no address, and the text of other conditions neither', () => {
    expect(ErrorElement.of(failed(`<error><gone xmlns='${NS}'>\n  </gone></error>`)).address).toBeUndefined();
    expect(ErrorElement.of(failed(`<error><conflict xmlns='${NS}'>x</conflict></error>`)).address).toBeUndefined();
  });

  it('keeps its cause', () => {
    const cause = new Error('below');
    expect(new StanzaError('conflict', { cause }).cause).toBe(cause);
    expect('cause' in new StanzaError('conflict')).toBe(false);
  });
});

describe('the application-specific condition', () => {
  const content = `<error><conflict xmlns='${NS}'/><too-many xmlns='urn:example:errors' limit='5'/></error>`;

  it('is there as its class', () => {
    const error = ErrorElement.of(failed(content));
    expect(error.applicationAs(TooMany)?.limit).toBe('5');
    expect(error.applicationAs(Message)).toBeUndefined();
    expect(new StanzaError('conflict').applicationAs(TooMany)).toBeUndefined();
    const element = new ErrorElement(xml(content.replace('<error', "<error xmlns='jabber:client'")));
    expect(element.applicationAs(TooMany)?.limit).toBe('5');
    expect(element.applicationAs(Message)).toBeUndefined();
  });

  it('is found among others in the element', () => {
    const element = new ErrorElement(
      xml("<error xmlns='jabber:client'><x xmlns='urn:x'/><too-many xmlns='urn:example:errors' limit='6'/></error>"),
    );
    expect(element.applicationAs(TooMany)?.limit).toBe('6');
  });
});

describe('an error of an old server', () => {
  // XEP-0086 §3, table 2.
  it.each([
    ['302', 'redirect', 'modify'],
    ['400', 'bad-request', 'modify'],
    ['401', 'not-authorized', 'auth'],
    ['402', 'undefined-condition', 'auth'],
    ['403', 'forbidden', 'auth'],
    ['404', 'item-not-found', 'cancel'],
    ['405', 'not-allowed', 'cancel'],
    ['406', 'not-acceptable', 'modify'],
    ['407', 'registration-required', 'auth'],
    ['408', 'remote-server-timeout', 'wait'],
    ['409', 'conflict', 'cancel'],
    ['500', 'internal-server-error', 'wait'],
    ['501', 'feature-not-implemented', 'cancel'],
    ['502', 'service-unavailable', 'wait'],
    ['503', 'service-unavailable', 'cancel'],
    ['504', 'remote-server-timeout', 'wait'],
    ['510', 'service-unavailable', 'cancel'],
  ])('has a code, %s, that means %s', (code, condition, type) => {
    expect(ErrorElement.of(failed(`<error code='${code}'>Some text</error>`))).toMatchObject({
      condition,
      type,
      text: 'Some text',
      message: `"a@b" answered: ${condition}: "Some text"`,
      retryable: type === 'wait',
    });
  });

  it.each([
    ["<error code='599'>Odd &lt;</error>", 'code 599: Odd <'],
    ["<error code='599'/>", 'code 599'],
    ["<error code=' 599 '> Odd </error>", 'code 599: Odd'],
    ["<error code=' '/>", undefined],
    ["<error code='constructor'/>", 'code constructor'],
    ['<error>Just text</error>', 'Just text'],
  ])('keeps what nobody knows in its text: %s', (content, text) => {
    expect(ErrorElement.of(failed(content))).toMatchObject({ condition: 'undefined-condition', type: 'cancel', text });
  });

  it('is read by its condition where it has one as well, and by its own type', () => {
    const both = `<error code='404' type='wait'>Not Found<gone xmlns='${NS}'/></error>`;
    expect(ErrorElement.of(failed(both))).toMatchObject({ condition: 'gone', type: 'wait', text: undefined });
    expect(ErrorElement.of(failed("<error code=' 404 ' type='wait'/>"))).toMatchObject({
      condition: 'item-not-found',
      type: 'wait',
      text: undefined,
    });
    const text = `<error code='404'><text xmlns='${NS}'>own</text></error>`;
    expect(ErrorElement.of(failed(text))).toMatchObject({ condition: 'item-not-found', text: 'own' });
  });
});

describe('an error from elsewhere', () => {
  it.each([
    ['no <error/> at all', ''],
    ['an empty <error/>', '<error/>'],
    ['an unknown condition', `<error><banana xmlns='${NS}'/></error>`],
    ['a name of Object.prototype', `<error><constructor xmlns='${NS}'/></error>`],
    ['a condition in no known namespace', '<error><conflict/></error>'],
    ['an unknown type', "<error type='banana'/>"],
    ['only a text', `<error><text xmlns='${NS}'>x</text></error>`],
  ])('with %s reads as undefined-condition', (_name, content) => {
    expect(ErrorElement.of(failed(content))).toMatchObject({ condition: 'undefined-condition', type: 'cancel' });
  });

  it('has the condition that we know where there is another besides', () => {
    const content = `<error><banana xmlns='${NS}'/><conflict xmlns='${NS}'/></error>`;
    expect(ErrorElement.of(failed(content)).condition).toBe('conflict');
  });

  it('has no `by` where that is no address', () => {
    expect(ErrorElement.of(failed("<error by='a b@c'/>")).by).toBeUndefined();
  });

  it('has the application condition wherever it stands', () => {
    const app = "<too-many xmlns='urn:example:errors'/>";
    for (const content of [`${app}<conflict xmlns='${NS}'/>`, `<conflict xmlns='${NS}'/>${app}`]) {
      const error = ErrorElement.of(failed(`<error>${content}</error>`));
      expect([error.condition, error.has(TooMany)]).toEqual(['conflict', true]);
    }
    expect(ErrorElement.of(failed('<error><old/></error>')).application).toBeUndefined();
  });

  it('can be read from the stanza', () => {
    const message = received(
      Message,
      `<message xmlns='jabber:client' type='error'><error type='modify' by='b.example'><gone xmlns='${NS}'>xmpp:x@y</gone></error></message>`,
    );
    expect(message.error).toMatchObject({ condition: 'gone', type: 'modify', address: 'xmpp:x@y' });
    expect(message.error?.by?.full).toBe('b.example');
    expect(message.error?.toError().stanza).toBeUndefined();
  });
});
