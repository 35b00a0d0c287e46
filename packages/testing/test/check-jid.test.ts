import { JID } from '@sestina/core';
import { checkJid, JidDifferenceError } from '@sestina/testing';
import { describe, expect, it } from 'vitest';

describe('checkJid', () => {
  it('is silent where every part is as it should be', () => {
    checkJid('Alice@Example.org/Phone', {
      full: 'alice@example.org/Phone',
      bare: 'alice@example.org',
      local: 'alice',
      domain: 'example.org',
      resource: 'Phone',
    });
    checkJid(JID.parse('example.org'), { local: undefined, resource: undefined });
  });

  it('lists every part that is not', () => {
    const act = () => checkJid('alice@example.org', { local: 'bob', resource: 'x', domain: 'example.org' });
    expect(act).toThrow(JidDifferenceError);
    expect(act).toThrow('alice@example.org: local is alice, not bob; resource is none, not x');
    expect(() => checkJid('alice@example.org/x', { resource: undefined })).toThrow('resource is x, not none');
  });
});
