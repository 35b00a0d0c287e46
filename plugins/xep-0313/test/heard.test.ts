import { JID, Message, type MessageContext } from '@sestina/core';
import { parseXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { Heard } from '../src/heard.js';
import { ACCOUNT, OWN, ROMEO } from './helpers.js';

const archive = JID.parse(ACCOUNT);

function setup(boundJid: JID | undefined = JID.parse(OWN)) {
  const heard = new Heard({ boundJid } as never);
  const message = (id: string | undefined, ids: string, from = ROMEO) =>
    new Message(parseXml(`<message xmlns='jabber:client' from='${from}'${id ? ` id='${id}'` : ''}>${ids}</message>`));
  const context = (source: string, way = 'in') => ({ source, way }) as MessageContext;
  return { heard, message, context };
}
const sid = (id: string, by = ACCOUNT) => `<stanza-id xmlns='urn:xmpp:sid:0' id='${id}' by='${by}'/>`;

describe('a message of an archive', () => {
  it('was heard where it came by itself, or as a copy, and where the same archive calls it so', () => {
    const { heard, message, context } = setup();
    heard.note(message('1', sid('a')), context('stream'));
    heard.note(message('2', sid('b') + sid('c', 'room@chat.example')), context('carbon', 'out'));
    heard.note(message('3', sid('d')), context('archive'));
    const unknown = message('9', '');
    expect(['a', 'b', 'c', 'd'].map((id) => heard.has(archive, id, unknown))).toEqual([true, true, false, false]);
    expect(heard.has(JID.parse('room@chat.example'), 'c', unknown)).toBe(true);
  });

  it('was sent from here where it has our address and an id of ours, until the session ends', () => {
    const { heard, message, context } = setup();
    heard.note(message('1', '', OWN), context('stream', 'out'));
    heard.note(message(undefined, '', OWN), context('stream', 'out'));
    heard.note(message('2', '', `${ACCOUNT}/other`), context('carbon', 'out'));
    const has = (id: string | undefined, from: string) => heard.has(archive, 'x', message(id, '', from));
    expect([has('1', OWN), has('2', OWN), has(undefined, OWN), has('1', `${ACCOUNT}/other`)]).toEqual([
      ...[true, false, false, false],
    ]);
    heard.sessionEnds();
    expect(has('1', OWN)).toBe(false);
    const nobody = setup(undefined);
    const bare = { boundJid: undefined } as never;
    expect(new Heard(bare).has(archive, 'x', nobody.message('1', '', OWN))).toBe(false);
  });

  it('that was told is known when it comes by itself, and not out of an archive, until the session ends', () => {
    const { heard, message, context } = setup();
    heard.noteTold(archive, 'a');
    const said = message('1', sid('z') + sid('a'));
    const told = (source: string) => heard.wasTold(said, context(source));
    expect([told('stream'), told('carbon'), told('archive'), told('history')]).toEqual([true, true, false, false]);
    expect(heard.wasTold(message('1', ''), context('stream'))).toBe(false);
    expect(heard.wasTold(message('1', sid('a', 'evil.example')), context('stream'))).toBe(false);
    expect(heard.wasTold(message('1', "<stanza-id xmlns='urn:xmpp:sid:0' id='a'/>"), context('stream'))).toBe(false);
    heard.note(message('2', sid('b')), context('stream'));
    heard.sessionEnds();
    // What was heard stays.
    expect([told('stream'), heard.has(archive, 'b', said)]).toEqual([false, true]);
  });
});
