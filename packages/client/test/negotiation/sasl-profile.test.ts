import { parseXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { ResourceConflictError } from '../../src/errors.js';
import { saslProfile } from '../../src/negotiation/sasl-profile.js';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const read = (xml: string, namespace = NS_SASL) =>
  saslProfile.read(parseXml(xml.replace('>', ` xmlns='${namespace}'>`)));

describe('what the server says in a login', () => {
  it.each(['challenge', 'success'] as const)('is data in a %s, none, or no bytes, which is an equals sign', (kind) => {
    expect(read(`<${kind}> YWJj </${kind}>`)).toEqual({ kind, data: 'YWJj' });
    expect(read(`<${kind}> </${kind}>`)).toEqual({ kind, data: undefined });
    expect(read(`<${kind}>=</${kind}>`)).toEqual({ kind, data: '' });
  });

  it('is a failure, with its condition and its words', () => {
    expect(read('<failure><text>no</text><not-authorized/></failure>')).toEqual({
      ...{ kind: 'failure', condition: 'not-authorized', text: 'no' },
    });
    expect(read('<failure></failure>')).toEqual({ kind: 'failure', condition: undefined, text: undefined });
  });

  it('is nothing else', () => {
    expect([read('<auth></auth>'), read('<success></success>', 'urn:other')]).toEqual([undefined, undefined]);
  });
});

it('a response without bytes is an empty element', () => {
  expect([...saslProfile.response('').elements(), saslProfile.response('').text]).toEqual(['']);
  expect(saslProfile.response('YWJj').text).toBe('YWJj');
  expect(saslProfile.abort().name).toBe('abort');
});

it('a resource that is taken is named, where one was asked for', () => {
  expect(new ResourceConflictError('desk').message).toContain('the resource "desk"');
  expect(new ResourceConflictError(undefined).message).toContain('a resource of the server');
});
