import { StanzaError, TimeoutError } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import { EntityCapabilities } from '@sestina/xep-0115';
import { describe, expect, it, vi } from 'vitest';
import { DeliveryReceipts, NS_RECEIPTS } from '../src/index.js';
import { BALCONY, JULIET, OWN, REQUEST, ROOM, received, says, useConnections } from './helpers.js';

const start = useConnections();

const DISCO = 'http://jabber.org/protocol/disco#info';
const sent = (to: string, type: string, inside: string): string =>
  `<message id='*' to='${to}' type='${type}'>${inside}</message>`;

describe('what is sent', () => {
  it('asks for a receipt where there is something to read', async () => {
    const { stream, xmpp } = await start();
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b' });
    await stream.expectSent(sent(JULIET, 'chat', `<body>b</body>${REQUEST}`));
    xmpp.sendMessage({ to: BALCONY, type: 'normal', body: 'b' });
    await stream.expectSent(sent(BALCONY, 'normal', `<body>b</body>${REQUEST}`));
    xmpp.sendMessage({ to: JULIET, type: 'chat', subject: 's' });
    await stream.expectSent(sent(JULIET, 'chat', '<subject>s</subject>'));
  });

  it('does not ask a room, for news, or ourselves', async () => {
    const { stream, xmpp } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    for (const [to, type] of [
      [ROOM, 'groupchat'],
      [ROOM, 'normal'],
      [`${ROOM}/nurse`, 'chat'],
      [JULIET, 'headline'],
      ['romeo@montague.example', 'chat'],
    ] as const) {
      xmpp.sendMessage({ to, type, body: 'b' });
      await stream.expectSent(sent(to, type, '<body>b</body>'));
    }
    xmpp.sendMessage({ body: 'b' });
    await stream.expectSent(`<message id='*'><body>b</body></message>`);
  });

  it('asks where the application says so, but never in a receipt (XEP-0184 §5.4)', async () => {
    const { stream, xmpp } = await start({ request: 'never' });
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b' });
    await stream.expectSent(sent(JULIET, 'chat', '<body>b</body>'));
    xmpp.sendMessage({ to: JULIET, type: 'chat', receiptRequest: true });
    await stream.expectSent(sent(JULIET, 'chat', REQUEST));
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b', receipt: 'x', receiptRequest: true });
    await stream.expectSent(sent(JULIET, 'chat', `<body>b</body>${received('x')}`), { anyOrder: true });
  });

  it('leaves the message of the application as it was', async () => {
    const { xmpp } = await start();
    const message = xmpp.message({ to: JULIET, type: 'chat', body: 'b' });
    await message.send();
    expect(message.receiptRequest).toBe(false);
  });

  it.each(['always', 'supported'] as const)('asks a resource by what it can do: %s', async (request) => {
    const { stream, xmpp } = await start({ request }, { plugins: [EntityCapabilities] });
    stream.skipSent();
    const send = async (to: string, asks: boolean): Promise<void> => {
      xmpp.sendMessage({ to, type: 'chat', body: 'b' });
      await stream.expectSent(sent(to, 'chat', `<body>b</body>${asks ? REQUEST : ''}`));
    };
    // Nothing is known of it, and nothing can be found out.
    await send(BALCONY, request === 'always');
    await send(JULIET, request === 'always');
    for (const [resource, features, has] of [
      ['balcony', [DISCO, NS_RECEIPTS], true],
      ['chamber', [DISCO], false],
    ] as const) {
      const to = `${JULIET}/${resource}`;
      // A made-up hash counts for that address alone, as far as it is concerned.
      const caps = `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:x' ver='${resource}='/>`;
      await stream.recv(`<presence from='${to}'>${caps}</presence>`);
      await send(to, request === 'always');
      // It is found out for the next time.
      const question = await stream.nextSent();
      expect(question.attribute('to')).toBe(to);
      const list = features.map((feature) => `<feature var='${feature}'/>`).join('');
      const node = question.child('query', DISCO)?.attribute('node');
      await stream.recvResult(question, `<query xmlns='${DISCO}' node='${node}'>${list}</query>`);
      await vi.waitFor(() => expect(xmpp.plugin(EntityCapabilities).known(to)).toBeDefined());
      await send(to, has);
    }
    await send(JULIET, true);
    xmpp.remove(DeliveryReceipts);
    await send(BALCONY, false);
  });
});

describe('a receipt', () => {
  it('is heard of with the conversation, from each device, whatever its type', async () => {
    const { stream, xmpp, heard } = await start();
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b', id: 'm1' });
    await stream.recv(says(BALCONY, received('m1'), { id: 'r1' }));
    await stream.recv(says(`${JULIET}/phone`, received('m1'), { id: 'r2', type: 'normal' }));
    expect(heard.map(({ peer, from, id, known, source }) => [`${peer}`, `${from}`, id, known, source])).toEqual([
      [JULIET, BALCONY, 'm1', true, 'stream'],
      [JULIET, `${JULIET}/phone`, 'm1', true, 'stream'],
    ]);
    await stream.nextSent();
    await stream.expectNothingSent();
  });

  it('of somebody else, or for an id that was made up, is for no message of ours', async () => {
    const { stream, xmpp, heard } = await start();
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b', id: 'm1' });
    await stream.recv(says('eve@evil.example/x', received('m1')));
    await stream.recv(says(BALCONY, received('m9')));
    expect(heard.map(({ known }) => known)).toEqual([false, false]);
  });

  it('is none in an error, without an id, or where it is our own', async () => {
    const { stream, heard } = await start();
    await stream.recv(says(BALCONY, `${received('m1')}<error type='cancel'/>`, { type: 'error' }));
    await stream.recv(says(BALCONY, `<received xmlns='${NS_RECEIPTS}'/>`));
    await stream.recv(says(BALCONY, received('')));
    expect(heard).toEqual([]);
    expect(stream.errors).toEqual([]);
  });

  it('by carbon is heard of as one, but not one that another device of ours has sent', async () => {
    const { stream, xmpp, heard } = await start();
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b', id: 'm1' });
    await stream.nextSent();
    for (const [from, to] of [
      [BALCONY, 'romeo@montague.example/phone'],
      ['romeo@montague.example/phone', BALCONY],
    ] as const) {
      const message = xmpp.message({ from, to, type: 'chat', id: 'r1', receipt: 'm1' });
      await Promise.all([xmpp.messages.deliver(message, { source: 'carbon', by: xmpp.account }), stream.idle()]);
    }
    expect(heard.map(({ from, known, source }) => [`${from}`, known, source])).toEqual([[BALCONY, true, 'carbon']]);
    await stream.expectNothingSent();
  });

  it('says what the index has of the message, which has to be ours', async () => {
    const facts: unknown[] = [];
    const { stream, xmpp } = await start({}, { plugins: [MemoryMessageIndex] });
    xmpp.on('receiptReceived', (receipt) => facts.push(receipt.facts?.id));
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b', id: 'm1' });
    await stream.recv(says(BALCONY, '<body>hers</body>', { id: 'm2' }));
    await stream.recv(says(BALCONY, received('m1')));
    await stream.recv(says(BALCONY, received('m2')));
    await stream.recv(says('eve@evil.example/x', received('m1')));
    expect(facts).toEqual(['m1', undefined, undefined]);
    xmpp.remove(MemoryMessageIndex);
    await stream.recv(says(BALCONY, received('m1')));
    expect(facts).toEqual(['m1', undefined, undefined, undefined]);
    expect(stream.errors).toEqual([]);
  });

  it('is nothing to read, but a text beside it is', async () => {
    const { stream, xmpp } = await start();
    const bodies: (string | undefined)[] = [];
    xmpp.on('message', ({ body }) => bodies.push(body));
    await stream.recv(says(BALCONY, received('m1')));
    await stream.recv(says(BALCONY, `${received('m1')}<body>b</body>`));
    expect(bodies).toEqual(['b']);
  });
});

describe('waiting for it', () => {
  it('resolves with the first device, also afterwards', async () => {
    const { stream, xmpp, receipts } = await start();
    const message = xmpp.message({ to: JULIET, type: 'chat', body: 'b' });
    const sending = message.send();
    const both = Promise.all([receipts.delivered(message), receipts.delivered(sending)]);
    await stream.recv(says('eve@evil.example/x', received(message.id ?? '')));
    await stream.recv(says(BALCONY, received(message.id ?? '')));
    await stream.recv(says(`${JULIET}/phone`, received(message.id ?? '')));
    expect((await both).map(String)).toEqual([BALCONY, BALCONY]);
    expect(`${await receipts.delivered(message)}`).toBe(BALCONY);
    expect(stream.clock.pending).toEqual([]);
  });

  it('gives up after its timeout, which means nothing else', async () => {
    const { stream, xmpp, receipts } = await start();
    const silent = expect(
      receipts.delivered(xmpp.sendMessage({ to: JULIET, body: 'b' }), { timeout: 500 }),
    ).rejects.toBeInstanceOf(TimeoutError);
    await stream.clock.advance(500);
    await silent;
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(receipts.delivered(xmpp.sendMessage({ to: JULIET, body: 'b' }), { signal })).rejects.toThrow('enough');
    expect(stream.clock.pending).toEqual([]);
  });

  it('rejects where the message comes back, now and afterwards', async () => {
    const { stream, xmpp, receipts } = await start();
    const sending = xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b', id: 'm1' });
    const refused = expect(receipts.delivered(sending)).rejects.toMatchObject({ condition: 'service-unavailable' });
    const error = `<body>b</body>${REQUEST}<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
    await stream.recv(says('eve@evil.example', error, { type: 'error' }));
    await stream.recv(says(JULIET, error, { type: 'error' }));
    await refused;
    await expect(receipts.delivered(sending)).rejects.toBeInstanceOf(StanzaError);
  });

  it('rejects where it could not be sent, and with the plugin', async () => {
    const { xmpp, receipts } = await start();
    const controller = new AbortController();
    xmpp.messages.transform('out', () => new Promise(() => {}));
    const held = xmpp.message({ to: JULIET, body: 'b' }).send({ signal: controller.signal });
    const failed = expect(receipts.delivered(held)).rejects.toMatchObject({ code: 'ERR_SEND', reason: 'aborted' });
    controller.abort();
    await failed;
    const removed = expect(receipts.delivered(xmpp.message({ to: JULIET, body: 'b', id: 'x' }))).rejects.toThrow(
      'xep-0184 was removed',
    );
    xmpp.remove(DeliveryReceipts);
    await removed;
    await expect(receipts.delivered(xmpp.message({ to: JULIET, id: 'x' }))).rejects.toThrow('xep-0184 was removed');
  });

  it('is refused for what was not sent', async () => {
    const { xmpp, receipts } = await start();
    for (const init of [{ to: JULIET }, { id: 'x' }]) {
      await expect(receipts.delivered(xmpp.message(init))).rejects.toThrow(
        'a receipt comes for a message with "to" that was given to send() before',
      );
    }
  });

  it('keeps the addresses of a component apart', async () => {
    const { stream, xmpp, receipts } = await start({}, { kind: 'component', jid: 'echo.example' });
    const send = (from: string) =>
      receipts.delivered(xmpp.sendMessage({ from, to: JULIET, type: 'chat', body: 'b', id: 'm1' }));
    const nurse = send('nurse@echo.example');
    const friar = expect(send('friar@echo.example')).rejects.toBeInstanceOf(TimeoutError);
    await stream.recv(says(BALCONY, received('m1'), { to: 'nurse@echo.example' }));
    expect(`${await nurse}`).toBe(BALCONY);
    await stream.clock.advance(30_000);
    await friar;
  });

  it('keeps no more than it may of what was sent', async () => {
    const { stream, xmpp, receipts } = await start();
    for (let index = 0; index < 1_001; index++) xmpp.sendMessage({ to: JULIET, body: 'b', id: `m${index}` });
    await stream.recv(says(BALCONY, received('m0')));
    await stream.recv(says(BALCONY, received('m1000')));
    expect(`${await receipts.delivered(xmpp.message({ to: JULIET, id: 'm1000' }))}`).toBe(BALCONY);
    const late = expect(receipts.delivered(xmpp.message({ to: JULIET, id: 'm0' }))).rejects.toBeInstanceOf(
      TimeoutError,
    );
    await stream.clock.advance(30_000);
    await late;
    expect(xmpp.boundJid?.full).toBe(OWN);
  });
});
