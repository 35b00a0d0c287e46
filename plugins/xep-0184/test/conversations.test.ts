import type { Message } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import { EntityCapabilities } from '@sestina/xep-0115';
import { describe, expect, it } from 'vitest';
import { BALCONY, JULIET, REQUEST, ROOM, receiptTo, received, says, useConnections } from './helpers.js';

const start = useConnections();
const ASKING = `<body>b</body>${REQUEST}`;
const NURSE = `${ROOM}/nurse`;
const inRoom = { plugins: [MemoryMessageIndex] } as const;

/** As XEP-0045 takes the messages of an occupant. */
function enter({ xmpp }: Awaited<ReturnType<typeof start>>): void {
  xmpp.claim(ROOM, { kind: 'room' });
}

describe('a receipt', () => {
  it('is a signal, and no message, unless it says something as well', async () => {
    const { stream, xmpp } = await start();
    const classes: string[] = [];
    xmpp.onMessage((message) => void classes.push(message.context.class));
    await stream.recv(says(BALCONY, received('m1')) + says(BALCONY, `<body>b</body>${received('m1')}`));
    expect(classes).toEqual(['signal', 'content']);
  });

  it('is for no message of ours that has not asked', async () => {
    const { stream, xmpp, heard } = await start({ request: 'never' });
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b', id: 'm1' });
    await stream.recv(says(BALCONY, received('m1')));
    expect(heard.map(({ known }) => known)).toEqual([false]);
  });

  it('comes from an archive as well', async () => {
    const { stream, xmpp, heard } = await start();
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b', id: 'm1' });
    const message = xmpp.message({ from: BALCONY, to: xmpp.account, type: 'chat', id: 'r1', receipt: 'm1' });
    await Promise.all([xmpp.messages.deliver(message, { source: 'archive', by: xmpp.account }), stream.idle()]);
    expect(heard.map(({ known, source }) => [known, source])).toEqual([[true, 'archive']]);
  });

  it('of an occupant is for what was said to him in private, and for no word of his own', async () => {
    const world = await start({}, inRoom);
    const { stream, xmpp, heard, receipts } = world;
    enter(world);
    const sent = xmpp.sendMessage({ to: NURSE, type: 'chat', body: 'b', id: 'm1', receiptRequest: true });
    const delivered = receipts.delivered(sent);
    await stream.recv(says(NURSE, '<body>hers</body>', { id: 'm2' }));
    await stream.recv(says(NURSE, received('m1'), { id: 'r1' }) + says(NURSE, received('m2'), { id: 'r2' }));
    await stream.idle();
    expect(heard.map(({ peer, facts }) => [`${peer}`, facts?.id])).toEqual([
      [NURSE, 'm1'],
      [NURSE, undefined],
    ]);
    expect(`${await delivered}`).toBe(NURSE);
  });

  it('is heard of where the index fails, or is gone', async () => {
    const { stream, xmpp, heard } = await start({}, inRoom);
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b', id: 'm1' });
    xmpp.plugin(MemoryMessageIndex).find = () => Promise.reject(new Error('no disk'));
    await stream.recv(says(BALCONY, received('m1'), { id: 'r1' }));
    await stream.idle();
    expect(stream.errors).toMatchObject([
      { error: { message: 'no disk' }, where: 'looking for the message of a receipt' },
    ]);
    xmpp.remove(MemoryMessageIndex);
    await stream.recv(says(BALCONY, received('m1'), { id: 'r2' }));
    await stream.idle();
    expect(heard.map(({ known, facts }) => [known, facts])).toEqual([
      [true, undefined],
      [true, undefined],
    ]);
    expect(stream.errors).toHaveLength(1);
  });
});

describe('waiting for a receipt', () => {
  it('of whatever resource, where it was sent to one', async () => {
    const { stream, xmpp, receipts } = await start();
    const delivered = receipts.delivered(xmpp.sendMessage({ to: BALCONY, type: 'chat', body: 'b', id: 'm1' }));
    await stream.recv(says(`${JULIET}/phone`, received('m1')));
    expect(`${await delivered}`).toBe(`${JULIET}/phone`);
  });

  it('says what it has waited for', async () => {
    const { stream, xmpp, receipts } = await start();
    const late = receipts.delivered(xmpp.sendMessage({ to: JULIET, body: 'b' })).catch((error: unknown) => error);
    await stream.clock.advance(xmpp.timeout);
    expect(await late).toMatchObject({ message: expect.stringMatching(/receipt.*no answer|no answer.*receipt/) });
  });
});

describe('what is sent asks by what the other side can do', () => {
  it('unless that is switched off, and no room', async () => {
    for (const request of ['never', 'supported'] as const) {
      const world = await start({ request }, { plugins: [EntityCapabilities] });
      const { stream, xmpp } = world;
      enter(world);
      stream.skipSent();
      xmpp.plugin(EntityCapabilities).supportsNow = () => true;
      const asks = async (to: string, type: 'chat' | 'normal'): Promise<boolean> => {
        xmpp.sendMessage({ to, type, body: 'b' });
        return `${await stream.nextSent()}`.includes(REQUEST);
      };
      expect([await asks(JULIET, 'chat'), await asks(ROOM, 'normal')]).toEqual([request === 'supported', false]);
      xmpp.remove(EntityCapabilities);
      expect(await asks(JULIET, 'chat')).toBe(false);
    }
  });
});

describe('a message that asks', () => {
  it('waits for the program where that is the option', async () => {
    const { stream } = await start({ manual: true });
    await stream.recv(says(BALCONY, ASKING));
    await stream.expectNothingSent();
  });

  it('of an error, or to a room, is acknowledged in no way', async () => {
    const world = await start({ manual: true });
    const { stream, xmpp, receipts } = world;
    enter(world);
    const came: Message[] = [];
    xmpp.on('messageError', (message) => void came.push(message));
    xmpp.onMessage((message) => void came.push(message), { type: ['groupchat'] });
    await stream.recv(says(BALCONY, `${ASKING}<error type='cancel'/>`, { type: 'error' }));
    await stream.recv(says(NURSE, ASKING, { type: 'groupchat' }));
    expect(came.map((message) => receipts.acknowledge(message))).toEqual([undefined, undefined]);
    await stream.expectNothingSent();
  });

  it('of a room itself is acknowledged to contacts alone, and of its occupants where no other rule is given', async () => {
    const world = await start();
    enter(world);
    await world.stream.recv(says(ROOM, ASKING, { type: 'normal' }));
    await world.stream.expectNothingSent();
    const ruled = await start({ answer: () => false });
    enter(ruled);
    await ruled.stream.recv(says(NURSE, ASKING));
    await ruled.stream.expectNothingSent();
  });

  it('of one of our own addresses is acknowledged by another one alone', async () => {
    const { stream } = await start({ answer: 'everybody' }, { kind: 'component', jid: 'echo.example' });
    await stream.recv(says('nurse@echo.example', ASKING, { to: 'nurse@echo.example' }));
    await stream.expectNothingSent();
    await stream.recv(says('echo.example', ASKING, { to: 'nurse@echo.example' }));
    await stream.expectSent(receiptTo('echo.example').replace(' to=', " from='nurse@echo.example' to="));
  });

  it.each([
    [1_001, 5],
    [70, 2_000],
  ])('is forgotten with the oldest of %i whose ids have %i characters', async (count, length) => {
    const { stream } = await start();
    const id = (index: number): string => `${index}`.padEnd(length, 'x');
    for (let index = 0; index < count; index++) await stream.recv(says(BALCONY, ASKING, { id: id(index) }));
    stream.skipSent();
    await stream.recv(says(BALCONY, ASKING, { id: id(count - 1) }));
    await stream.expectNothingSent();
    await stream.recv(says(BALCONY, ASKING, { id: id(0) }));
    await stream.expectSent(receiptTo(BALCONY, id(0)));
  });
});
