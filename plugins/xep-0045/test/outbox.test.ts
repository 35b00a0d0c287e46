import { BusyError, JID, Message, type Sending, type SendOptions } from '@sestina/core';
import { parseXml, VirtualClock } from '@sestina/testing';
import { expect, it } from 'vitest';
import { Outbox } from '../src/outbox.js';

const ROOM = JID.parse('coven@chat.example');

function outbox({ state = 'written', resend = false }: { state?: Sending['state']; resend?: boolean } = {}) {
  const clock = new VirtualClock();
  const sent: [id: string | undefined, options: SendOptions][] = [];
  const error = new Error('not sent');
  const send = (message: Message, options: SendOptions): Sending => {
    sent.push([message.id, options]);
    return { state, error, onState: () => {} } as unknown as Sending;
  };
  let forgotten = 0;
  const host = {
    ...{ clock, jid: ROOM, send },
    forgotten: () => {
      forgotten += 1;
    },
  };
  const box = new Outbox(host, resend);
  const say = (id: string, options = {}) => box.add(new Message({ type: 'groupchat', id, body: id }), options);
  return { clock, sent, error, box, say, forgotten: () => forgotten };
}

it('a thousand messages may wait for a room, and one more is refused', async () => {
  const { box, say, sent } = outbox();
  for (let i = 0; i < 1_000; i++) say(`m${i}`);
  expect(box.size).toBe(1_000);
  const more = say('more');
  await expect(more).rejects.toBeInstanceOf(BusyError);
  await expect(more.reflected).rejects.toBeInstanceOf(BusyError);
  expect([box.size, box.has('more')]).toEqual([1_000, false]);
  box.open();
  expect(sent.length).toBe(1_000);
  // What was heard makes room for another.
  expect(box.heard(new Message({ id: 'm0', body: 'm0' }), true)).toBe(true);
  say('another');
  expect([box.size, box.has('another'), sent.length]).toEqual([1_000, true, 1_001]);
});

it('what is not heard within a minute is lost, and no earlier', async () => {
  const { clock, box, say } = outbox();
  box.open();
  const { reflected } = say('a');
  await clock.advance(59_999);
  expect(box.has('a')).toBe(true);
  await clock.advance(1);
  expect([box.has('a'), box.size]).toEqual([false, 0]);
  await expect(reflected).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
});

it('what is given up is never said', async () => {
  const { box, say, sent } = outbox();
  const controller = new AbortController();
  const waiting = say('a', { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(say('b', { signal: controller.signal }).reflected).rejects.toThrow('enough');
  box.open();
  expect([box.size, sent]).toEqual([0, []]);
});

it('what could not be written waits for nothing', async () => {
  const { box, say, error } = outbox({ state: 'failed' });
  box.open();
  const sending = say('a');
  expect(box.size).toBe(0);
  await expect(sending.reflected).rejects.toBe(error);
});

it('what waits is neither heard nor refused before it is said', () => {
  const { box, say, sent } = outbox();
  say('a');
  const error = new Message({ type: 'error', id: 'a' });
  expect([box.heard(new Message({ id: 'a', body: 'a' }), true), box.refused(error)]).toEqual([false, false]);
  expect(box.heard(new Message({ id: 'other', body: 'a' }), true)).toBe(false);
  box.open();
  box.hold();
  say('b');
  expect(sent.map(([id]) => id)).toEqual(['a']);
  box.open();
  expect(sent.map(([id]) => id)).toEqual(['a', 'b']);
});

it('what says the same is ours only where it is said now', () => {
  const { box, say } = outbox();
  box.open();
  say('a');
  expect(box.heard(new Message({ id: 'x', body: 'a' }), false)).toBe(false);
  expect(box.heard(new Message({ id: 'x', body: 'a', subject: 's' }), true)).toBe(false);
  expect(box.heard(new Message({ id: 'x', body: 'a' }), true)).toBe(true);
  expect(box.size).toBe(0);
});

it('nothing of it is said once it is closed', async () => {
  const { box, say, sent, clock } = outbox();
  const sending = say('a');
  box.close(new Error('left'));
  await expect(sending.reflected).rejects.toThrow('left');
  box.open();
  expect([box.size, sent, box.has(undefined), clock.pending]).toEqual([0, [], false, []]);
});

it('what the room forgot is said once more, where that is wanted, and the room is told of as often', async () => {
  const inside = "<error type='cancel'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
  const error = new Message(parseXml(`<message xmlns='jabber:client' type='error' id='a'>${inside}</message>`));
  for (const [resend, expected] of [
    [true, 2],
    [false, 1],
  ] as const) {
    const { box, say, sent, forgotten } = outbox({ resend });
    box.open();
    const sending = say('a');
    for (let i = 0; i < expected; i++) {
      expect(box.has('a')).toBe(true);
      expect(box.refused(error)).toBe(true);
      box.open();
    }
    await expect(sending.reflected).rejects.toMatchObject({ condition: 'not-acceptable' });
    expect([sent.length, forgotten(), box.refused(error)]).toEqual([expected, expected, false]);
  }
});

it('what is refused for another reason is refused at once, and the room knows us still', async () => {
  const { box, say, forgotten } = outbox({ resend: true });
  box.open();
  const sending = say('a');
  const inside = "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
  box.refused(new Message(parseXml(`<message xmlns='jabber:client' type='error' id='a'>${inside}</message>`)));
  await expect(sending.reflected).rejects.toMatchObject({ condition: 'forbidden' });
  expect([box.size, forgotten()]).toEqual([0, 0]);
});

it('what waits to be said once more is passed over for what says the same and was said', () => {
  const { box } = outbox({ resend: true });
  const say = (id: string) => box.add(new Message({ type: 'groupchat', id, body: 'same' }), {});
  box.open();
  say('a');
  const inside = "<error type='cancel'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
  box.refused(new Message(parseXml(`<message xmlns='jabber:client' type='error' id='a'>${inside}</message>`)));
  say('b');
  expect(box.heard(new Message({ id: 'x', body: 'same' }), true)).toBe(true);
  expect([box.has('a'), box.has('b')]).toEqual([true, false]);
});
