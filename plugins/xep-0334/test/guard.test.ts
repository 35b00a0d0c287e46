import { Logger, type MessageInit } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type Hint, MessageHints, NS_HINTS } from '../src/index.js';

const NO_COPY = `<no-copy xmlns='${NS_HINTS}'/>`;
const ROOM = 'verona@rooms.example';
const JULIET = 'juliet@capulet.example/balcony';
const streams = useStreams(afterEach);

class Warnings extends Logger {
  readonly warnings: string[] = [];
  debug(): void {}
  info(): void {}
  error(): void {}
  warn(text: string): void {
    this.warnings.push(text);
  }
}

async function start(options: object = {}) {
  const logger = new Warnings();
  const stream = await ScriptedStream.start({ plugins: [[MessageHints, options]], options: { logger } });
  streams.keep(stream);
  const send = (init: MessageInit): void => {
    stream.xmpp.sendMessage({ body: 'b', hints: new Set<Hint>(['no-copy', 'no-store']), ...init });
  };
  return { stream, send, warnings: logger.warnings };
}

const sent = (to: string, type: string, hints: string): string =>
  `<message id='*' to='${to}' type='${type}'><body>b</body>${hints}<no-store xmlns='${NS_HINTS}'/></message>`;

describe('the guard', () => {
  it('lets no-copy go to a single resource, an occupant of a room among them', async () => {
    const { stream, send, warnings } = await start();
    send({ to: JULIET, type: 'chat' });
    await stream.expectSent(sent(JULIET, 'chat', NO_COPY), { anyOrder: true });
    send({ to: `${ROOM}/nurse`, type: 'chat' });
    await stream.expectSent(sent(`${ROOM}/nurse`, 'chat', NO_COPY), { anyOrder: true });
    expect(warnings).toEqual([]);
  });

  it('takes it off what is for an account or a room, and says so once (XEP-0334 §4.3)', async () => {
    const { stream, send, warnings } = await start();
    stream.xmpp.sendMessage({ to: ROOM, type: 'groupchat', body: 'b', hints: new Set<Hint>(['no-store']) });
    await stream.expectSent(sent(ROOM, 'groupchat', ''));
    expect(warnings).toEqual([]);
    send({ to: 'juliet@capulet.example', type: 'chat' });
    await stream.expectSent(sent('juliet@capulet.example', 'chat', ''));
    send({ to: `${ROOM}/nurse`, type: 'groupchat' });
    await stream.expectSent(sent(`${ROOM}/nurse`, 'groupchat', ''));
    send({ to: ROOM, type: 'groupchat' });
    await stream.expectSent(sent(ROOM, 'groupchat', ''));
    stream.xmpp.sendMessage({ hints: new Set<Hint>(['no-copy']) });
    await stream.expectSent(`<message id='*'/>`);
    expect(warnings).toEqual([expect.stringContaining('<no-copy/> was taken off')]);
  });

  it('leaves the message of the application as it was', async () => {
    const { stream } = await start();
    const message = stream.xmpp.message({ to: ROOM, type: 'groupchat', hints: new Set<Hint>(['no-copy']) });
    message.send();
    await stream.expectSent(`<message id='*' to='${ROOM}' type='groupchat'/>`);
    expect([...message.hints]).toEqual(['no-copy']);
  });

  it('is gone where it is not wanted, and with the plugin', async () => {
    const off = await start({ guard: false });
    off.send({ to: ROOM, type: 'groupchat' });
    await off.stream.expectSent(sent(ROOM, 'groupchat', NO_COPY), { anyOrder: true });
    const removed = await start();
    removed.stream.xmpp.remove(MessageHints);
    removed.send({ to: ROOM, type: 'groupchat' });
    await removed.stream.expectSent(sent(ROOM, 'groupchat', NO_COPY), { anyOrder: true });
    expect([...off.warnings, ...removed.warnings]).toEqual([]);
  });
});
