import { parseDocument, XmlElement } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { readAnswer, sasl2Profile } from '../src/profile.js';

const NS = 'urn:xmpp:sasl:2';
const read = (text: string) => readAnswer(parseDocument(text));

describe('how SASL is written (XEP-0388)', () => {
  it.each([
    [undefined, ''],
    ['', '<initial-response/>'],
    ['eA==', '<initial-response>eA==</initial-response>'],
  ])('an initial response of %j', async (initial, expected) => {
    const profile = sasl2Profile(async (mechanism) => [new XmlElement('x', NS, { mechanism })]);
    expect((await profile.auth('M', initial, undefined)).toString()).toBe(
      `<authenticate xmlns="${NS}" mechanism="M">${expected}<x mechanism="M"/></authenticate>`.replaceAll('"', "'"),
    );
  });

  it.each([
    [`<challenge xmlns='${NS}'> eA== </challenge>`, { kind: 'challenge', data: 'eA==' }],
    [`<success xmlns='${NS}'/>`, { kind: 'success', data: undefined }],
    [`<success xmlns='${NS}'><additional-data> eA== </additional-data></success>`, { kind: 'success', data: 'eA==' }],
    [`<success xmlns='${NS}'><additional-data/></success>`, { kind: 'success', data: '' }],
    [`<continue xmlns='${NS}'><additional-data>eA==</additional-data></continue>`, { kind: 'continue', data: 'eA==' }],
    [
      `<failure xmlns='${NS}'><odd xmlns='urn:x'/><aborted xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/><text>no</text></failure>`,
      { kind: 'failure', condition: 'aborted', text: 'no' },
    ],
    [`<failure xmlns='${NS}'><text>no</text><odd/></failure>`, { kind: 'failure', condition: 'odd', text: 'no' }],
    [`<failure xmlns='${NS}'/>`, { kind: 'failure', condition: undefined, text: undefined }],
    [`<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`, undefined],
    [`<response xmlns='${NS}'/>`, undefined],
    [`<task-data xmlns='${NS}'/>`, undefined],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('a response of no bytes has no text, and giving up is said', () => {
    const { response, abort } = sasl2Profile(async () => []);
    expect([`${response('')}`, `${response('eA==')}`, `${abort()}`]).toEqual([
      `<response xmlns='${NS}'/>`,
      `<response xmlns='${NS}'>eA==</response>`,
      `<abort xmlns='${NS}'/>`,
    ]);
  });
});
