import { describe, expect, it } from 'vitest';
import { XmlElement } from '../../src/index.js';
import { Admission } from '../../src/xmpp/admission.js';

describe('what is not let in', () => {
  it('is told to the log in a few words, whatever names a peer chooses: each of them is remembered', () => {
    const told = new Set<string>();
    const admission = new Admission({
      self: { isComponent: false, boundJid: undefined },
      dropped: (what) => void told.add(what),
      refuse: () => {},
    });
    for (const name of ['message', 'presence', 'iq', ...Array.from({ length: 5_000 }, (_, index) => `x${index}`)]) {
      const element = new XmlElement(name, 'jabber:client', { from: '@@', id: `i${name}` });
      expect(admission.admits(element, undefined as never)).toBe(false);
    }
    expect([...told].sort()).toEqual([
      'a <iq/> with a malformed address',
      'a <message/> with a malformed address',
      'a <presence/> with a malformed address',
      'an element with a malformed address',
    ]);
  });
});
