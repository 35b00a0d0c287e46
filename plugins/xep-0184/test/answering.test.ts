import { MemoryStorage, type Message } from '@sestina/core';
import { ScriptedStream } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { DeliveryReceipts, NS_RECEIPTS } from '../src/index.js';
import { BALCONY, JULIET, OWN, REQUEST, ROOM, receiptTo, received, STORE, says, useConnections } from './helpers.js';

const start = useConnections();

const ASKING = `<body>b</body>${REQUEST}`;

describe('a message that asks', () => {
  it.each([
    ['chat', " type='chat'"],
    ['normal', ''],
    ['headline', " type='headline'"],
  ])(
    'is acknowledged with its type, to the resource, and with nothing else (XEP-0184 §7): %s',
    async (type, written) => {
      const { stream } = await start();
      await stream.recv(says(BALCONY, `${ASKING}<thread>t</thread>`, { type }));
      await stream.expectSent(receiptTo(BALCONY, 'm1', written));
      await stream.expectNothingSent();
    },
  );

  it('is acknowledged once, however often it comes', async () => {
    const { stream } = await start();
    await stream.recv(says(BALCONY, ASKING));
    await stream.recv(says(BALCONY, ASKING));
    await stream.expectSent(receiptTo(BALCONY));
    await stream.expectNothingSent();
    // Another one of the same id, of somebody else.
    await stream.recv(says(`${JULIET}/phone`, ASKING));
    await stream.expectSent(receiptTo(`${JULIET}/phone`));
  });

  it.each([
    ['in a room', says(`${ROOM}/nurse`, ASKING, { type: 'groupchat' })],
    ['in an error', says(BALCONY, `${ASKING}<error type='cancel'/>`, { type: 'error' })],
    ['in a receipt (XEP-0184 §5.4)', says(BALCONY, `${ASKING}${received('x')}`)],
    ['from another device of ours', says('romeo@montague.example/phone', ASKING)],
    ['from nobody', `<message type='chat' id='m1'>${ASKING}</message>`],
    ['without an id', `<message type='chat' from='${BALCONY}'>${ASKING}</message>`],
    ['with an empty id', says(BALCONY, ASKING, { id: '' })],
    ['in nothing to read, as a typing notification is', says(BALCONY, REQUEST)],
    ['in another namespace', says(BALCONY, "<body>b</body><request xmlns='urn:example'/>")],
    ['from a stranger (XEP-0184 §8)', says('eve@evil.example/x', ASKING)],
  ])('is not acknowledged %s', async (_where, stanza) => {
    const { stream } = await start();
    await stream.recv(stanza);
    await stream.expectNothingSent();
    expect(stream.errors).toEqual([]);
  });

  it('of a room that was entered is acknowledged to the occupant who says it in private', async () => {
    const { stream, xmpp } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    await stream.recv(says(`${ROOM}/nurse`, ASKING));
    await stream.expectSent(
      `<message id='*' to='${ROOM}/nurse' type='chat'>${received('m1')}${STORE}<x xmlns='http://jabber.org/protocol/muc#user'/></message>`,
    );
  });

  it('is not acknowledged to a stranger who marks it as one of a room', async () => {
    const { stream, xmpp } = await start();
    // As XEP-0045 takes it.
    xmpp.messages.describe((_message, context) => {
      context.kind = 'private';
    });
    await stream.recv(says('eve@evil.example/x', `${ASKING}<x xmlns='http://jabber.org/protocol/muc#user'/>`));
    await stream.expectNothingSent();
  });

  it('is acknowledged behind the calls for the message itself', async () => {
    const { stream, xmpp } = await start({ answer: 'everybody' });
    const sentBy: number[] = [];
    xmpp.on('message', () => sentBy.push(stream.sent.length));
    const before = stream.sent.length;
    await stream.recv(says(BALCONY, ASKING));
    expect(sentBy).toEqual([before]);
    await stream.expectSent(receiptTo(BALCONY));
  });

  it('is acknowledged to whom the option says, and to nobody where it says so', async () => {
    const all = await start({ answer: 'everybody' });
    await all.stream.recv(says('eve@evil.example/x', ASKING));
    await all.stream.expectSent(receiptTo('eve@evil.example/x'));
    expect([...all.xmpp.advertised]).toEqual([NS_RECEIPTS]);
    const none = await start({ answer: 'nobody' });
    await none.stream.recv(says(BALCONY, ASKING));
    await none.stream.expectNothingSent();
    expect([...none.xmpp.advertised]).toEqual([]);
  });

  it('is not acknowledged where the plugin is removed while it is asked who that is', async () => {
    let admit = (_yes: boolean): void => {};
    const answer = (): Promise<boolean> => new Promise((resolve) => (admit = resolve));
    const { stream, xmpp } = await start({ answer });
    await stream.recv(says(BALCONY, ASKING));
    xmpp.remove(DeliveryReceipts);
    admit(true);
    await stream.expectNothingSent();
    await stream.recv(says(BALCONY, ASKING, { id: 'm2' }));
    await stream.expectNothingSent();
    expect([...xmpp.advertised]).toEqual([]);
  });

  it('is acknowledged from the address of a component that it came to', async () => {
    const { stream } = await start(
      { answer: 'everybody' },
      { kind: 'component', jid: 'echo.example', options: { storage: new MemoryStorage() } },
    );
    await stream.recv(says(BALCONY, ASKING, { to: 'nurse@echo.example/a' }));
    await stream.expectSent(
      `<message id='*' from='nurse@echo.example/a' to='${BALCONY}' type='chat'>${received('m1')}${STORE}</message>`,
    );
    // The same id for another address is another message.
    await stream.recv(says(BALCONY, ASKING, { to: 'friar@echo.example' }));
    await stream.expectSent(
      `<message id='*' from='friar@echo.example' to='${BALCONY}' type='chat'>${received('m1')}${STORE}</message>`,
    );
  });
});

describe('what comes otherwise than on the stream', () => {
  type Source = 'archive' | 'carbon' | 'history';
  const give = async ({ stream }: { stream: ScriptedStream }, source: Source = 'archive'): Promise<void> => {
    const { xmpp } = stream;
    const message = xmpp.message({ from: BALCONY, to: OWN, type: 'chat', id: 'm1', body: 'b', receiptRequest: true });
    await Promise.all([xmpp.messages.deliver(message, { source, way: 'in', by: xmpp.account }), stream.idle()]);
  };

  it.each(['carbon', 'history'] as const)('is not acknowledged: %s', async (source) => {
    const started = await start({ answerCaughtUp: true });
    await give(started, source);
    await started.stream.expectNothingSent();
    const byHand = await start({ manual: true });
    byHand.xmpp.onMessage((message) => byHand.receipts.acknowledge(message), { sources: [source] });
    await give(byHand, source);
    await byHand.stream.expectNothingSent();
  });

  it('is not acknowledged: archive (XEP-0184 §5.5)', async () => {
    const { stream } = await start();
    await give({ stream });
    await stream.expectNothingSent();
  });

  it('is acknowledged where it takes the place of offline messages, once', async () => {
    const { stream } = await start({ answerCaughtUp: true });
    await give({ stream });
    await stream.expectSent(receiptTo(BALCONY));
    await give({ stream });
    await stream.recv(says(BALCONY, ASKING));
    await stream.expectNothingSent();
  });
});

describe('by hand', () => {
  it('a message is acknowledged when the program says so, once', async () => {
    const { stream, xmpp, receipts } = await start({ manual: true });
    expect([...xmpp.advertised]).toEqual([NS_RECEIPTS]);
    const got: Message[] = [];
    xmpp.on('message', (message) => got.push(message));
    // A stranger, whom the program may answer as it likes.
    await stream.recv(says('eve@evil.example/x', ASKING));
    await stream.recv(says(BALCONY, '<body>b</body>', { id: 'm2' }));
    await stream.expectNothingSent();
    const [asking, silent] = got;
    if (!asking || !silent) throw new Error('nothing came');
    await receipts.acknowledge(asking);
    await stream.expectSent(receiptTo('eve@evil.example/x'));
    expect(receipts.acknowledge(asking)).toBeUndefined();
    expect(receipts.acknowledge(silent)).toBeUndefined();
    xmpp.remove(DeliveryReceipts);
    expect(() => receipts.acknowledge(asking)).toThrow('xep-0184 was removed');
  });
});

describe('options', () => {
  it('are checked', async () => {
    await expect(ScriptedStream.start({ plugins: [[DeliveryReceipts, { request: 'sometimes' }]] })).rejects.toThrow(
      'request is one of always, supported, never, got sometimes',
    );
  });
});
