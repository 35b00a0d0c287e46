import { Message } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import { parseXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { CorrectionError, type CorrectionFailure, MessageCorrection } from '../src/index.js';
import { BALCONY, JULIET, replace, says, useConnections } from './helpers.js';

const start = useConnections();
const INVITATION = `<x xmlns='jabber:x:conference' jid='a@b'/>`;
const wordless = (copy: Message): void => {
  copy.body = undefined;
};
const refusal = (call: () => unknown): CorrectionFailure | undefined => {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof CorrectionError) return error.reason;
    throw error;
  }
};

describe('correcting', () => {
  it('sends the whole message again, under the id of the first version also the third time', async () => {
    const { stream, xmpp, correction } = await start();
    const first = xmpp.message({ to: BALCONY, type: 'chat', body: 'one', thread: 't1', lang: 'en', id: 'm1' });
    first.bodies.set('de', 'eins');
    first.originId = 'm1';
    first.send();
    await stream.nextSent();
    const more = `<thread>t1</thread>`;
    correction.correct(first, 'two');
    const second = await stream.expectSent(
      `<message id='*' to='${BALCONY}' type='chat' xml:lang='en'>${more}<body>two</body>${replace('m1')}</message>`,
    );
    expect(second.attribute('id')).not.toBe('m1');
    const message = new Message(second).bind(xmpp);
    correction.correct(message, (copy) => {
      copy.body = `${copy.body}, three`;
      copy.subject = 'counting';
    });
    await stream.expectSent(
      `<message id='*' to='${BALCONY}' type='chat' xml:lang='en'>${more}<body>two, three</body><subject>counting</subject>${replace('m1')}</message>`,
    );
  });

  it('leaves out what was said of places in the old words, and keeps everything else', async () => {
    const { stream, xmpp, correction } = await start();
    const quote = `<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='4'/></fallback>`;
    await stream.recv(says('x'));
    const first = xmpp.message({ to: JULIET, type: 'chat', body: '> a\nb', id: 'm1' });
    const places = [
      `<html xmlns='http://jabber.org/protocol/xhtml-im'/>`,
      `<markup xmlns='urn:xmpp:markup:0'/>`,
      `<reference xmlns='urn:xmpp:reference:0'/>`,
      `<mentions xmlns='urn:xmpp:mentions:0'/>`,
      `<delay xmlns='urn:xmpp:delay' stamp='2024-01-01T00:00:00Z'/>`,
      `<x xmlns='jabber:x:delay' stamp='20240101T00:00:00'/>`,
      `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='o'/>`,
    ].join('');
    const kept = [
      `<fallback xmlns='urn:xmpp:fallback:0' for='urn:example'/>`,
      `<reply xmlns='urn:xmpp:reply:0' id='x'/>`,
      `<request xmlns='urn:xmpp:receipts'/>`,
      `<markable xmlns='urn:xmpp:chat-markers:0'/>`,
    ].join('');
    const holder = parseXml(`<h xmlns='jabber:client'>${quote}${places}${kept}</h>`);
    for (const child of [...holder.elements()]) first.xml.append(child.copy());
    first.send();
    await stream.nextSent();
    correction.correct(first, 'c');
    await stream.expectSent(
      `<message id='*' to='${JULIET}' type='chat'>${kept}<body>c</body>${replace('m1')}</message>`,
    );
  });

  it('knows of what is in the index alone where it goes', async () => {
    const { stream, xmpp, correction } = await start();
    const index = xmpp.plugin(MemoryMessageIndex);
    const first = xmpp.message({ to: BALCONY, type: 'chat', body: 'one', id: 'm1' });
    first.send();
    await stream.nextSent();
    correction.correct(index.note(first), 'two');
    await stream.expectSent(`<message id='*' to='${JULIET}' type='chat'><body>two</body>${replace('m1')}</message>`);
  });

  it('of what was whispered in a room says so again', async () => {
    const { stream, xmpp, correction } = await start();
    xmpp.claim('verona@rooms.example', { kind: 'room' });
    const first = xmpp.message({ to: 'verona@rooms.example/juliet', type: 'chat', body: 'one', id: 'm1' });
    first.send();
    await stream.nextSent();
    correction.correct(xmpp.plugin(MemoryMessageIndex).note(first), 'two');
    await stream.expectSent(
      `<message id='*' to='verona@rooms.example/juliet' type='chat'><x xmlns='http://jabber.org/protocol/muc#user'/><body>two</body>${replace('m1')}</message>`,
    );
  });

  it('refuses what cannot be corrected, and sends nothing', async () => {
    const { stream, xmpp, correction, messages } = await start();
    await stream.recv(says('m1'));
    const [theirs] = messages as [Message];
    const ours = (init: object): Message => {
      const message = xmpp.message({ to: BALCONY, type: 'chat', id: 'o', body: 'x', ...init });
      message.send();
      return message;
    };
    const invitation = ours({});
    invitation.xml.append(parseXml(INVITATION));
    const cases: [() => unknown, CorrectionFailure][] = [
      [() => correction.correct(theirs, 'x'), 'not-ours'],
      [() => correction.correct(xmpp.message({ to: BALCONY, body: 'x' }), 'x'), 'no-id'],
      [() => correction.correct(ours({ body: undefined }), 'x'), 'no-body'],
      [() => correction.correct(ours({}), wordless), 'no-body'],
      [() => correction.correct(invitation, 'x'), 'other-nature'],
      [() => correction.correct(ours({ type: 'headline' }), 'x'), 'other-nature'],
      [() => correction.correct(ours({ type: 'error' }), 'x'), 'other-nature'],
      [() => correction.correct(ours({}), (copy) => copy.xml.append(parseXml(INVITATION))), 'other-nature'],
    ];
    for (const [call, reason] of cases) expect(refusal(call)).toBe(reason);
    const written: unknown[] = [];
    xmpp.onWritten(({ element }) => written.push(element.child('replace')));
    await stream.idle();
    expect(written.filter((each) => each !== undefined)).toEqual([]);
  });

  it('takes a signal, and ends with the plugin', async () => {
    const { xmpp, correction } = await start();
    const first = xmpp.message({ to: BALCONY, type: 'chat', body: 'one', id: 'm1' });
    first.send();
    const sending = correction.correct(first, 'two', { signal: AbortSignal.abort() });
    await expect(Promise.resolve(sending)).rejects.toMatchObject({ reason: 'aborted' });
    xmpp.remove(MessageCorrection);
    expect(() => correction.correct(first, 'two')).toThrow(/removed/);
  });
});
