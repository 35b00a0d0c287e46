import { Sending, XmlElement } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { ManagedSession } from '../src/managed-session.js';
import { Enabled } from '../src/stanza.js';

const sending = () => new Sending(new XmlElement('message', 'jabber:client'), 10);

describe('a session that the server counts in', () => {
  it.each([
    [undefined, undefined, undefined],
    [60, undefined, 60],
    [undefined, 300, 300],
    [60, 300, 60],
    [600, 300, 300],
  ])('is kept for the shorter of what was asked for (%s s) and what was given (%s s)', (asked, max, kept) => {
    const session = new ManagedSession();
    session.begin(new Enabled({ id: 'id1', resume: true, max }), true, asked, 0);
    expect([session.state, session.id, session.max]).toEqual(['on', 'id1', kept]);
  });

  it.each([
    ['we do not want it', { id: 'id1', resume: true }, false],
    ['the server does not say so', { id: 'id1' }, true],
    ['the server gives no id', { resume: true }, true],
    ['the id is empty', { id: '', resume: true }, true],
  ])('cannot be resumed where %s', (_why, init, wanted) => {
    const session = new ManagedSession();
    session.begin(new Enabled(init), wanted, undefined, 0);
    expect([session.state, session.id]).toEqual(['on', undefined]);
  });

  it('is on and left behind where it is one of another process, with its counts', () => {
    const element = new XmlElement('message', 'jabber:client');
    const kept = { id: 'id1', max: 9, acked: 4, handled: 7, stanzas: [{ element, at: 5 }], older: [] };
    const session = ManagedSession.of({ ...kept, jid: 'alice@example.org/phone' } as never);
    const { state, leftBehind, id, max, handled, resumesFrom, unacked } = session;
    expect({ state, leftBehind, id, max, handled, resumesFrom }).toEqual({
      ...{ state: 'on', leftBehind: true, id: 'id1', max: 9, handled: 7, resumesFrom: 7 },
    });
    expect([unacked.h, unacked.sent, unacked.bytes]).toEqual([4, 5, element.toString().length]);
    expect(unacked.sendings.map((one) => one.state)).toEqual(['written']);
  });
});

describe('who waits for an acknowledgement', () => {
  it('has it once all that was written before is counted, whatever was written since', async () => {
    const session = new ManagedSession();
    const { signal } = new AbortController();
    for (let i = 0; i < 2; i++) session.unacked.add(sending(), 0);
    let done = false;
    const waits = session.acknowledged(signal).then(() => {
      done = true;
    });
    session.unacked.add(sending(), 0);
    session.unacked.ack(1);
    session.told();
    await Promise.resolve();
    expect([done, session.awaited]).toEqual([false, true]);
    session.unacked.ack(2);
    session.told();
    await waits;
    expect([done, session.awaited]).toEqual([true, false]);
  });

  it('is nobody any more once he gave up, or it is over', async () => {
    const session = new ManagedSession();
    session.unacked.add(sending(), 0);
    const controller = new AbortController();
    void session.acknowledged(controller.signal);
    controller.abort();
    expect(session.awaited).toBe(false);
    const waits = session.acknowledged(new AbortController().signal);
    const over = expect(waits).rejects.toThrow('gone');
    session.id = 'id1';
    expect(session.end(new Error('gone'))).toHaveLength(1);
    await over;
    expect([session.awaited, session.state, session.id, session.unacked.size]).toEqual([false, 'off', undefined, 0]);
  });
});
