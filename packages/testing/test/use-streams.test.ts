import { expect, it } from 'vitest';
import { ScriptedStream, useStreams } from '../src/index.js';

it('streams are closed after the test that has made them, once', async () => {
  let close: () => Promise<void> = async () => {};
  const streams = useStreams((hook) => {
    close = hook;
  });
  const first = streams.keep(await ScriptedStream.start());
  const second = streams.keep(await ScriptedStream.start());
  expect([first.xmpp.online, second.xmpp.online]).toEqual([true, true]);
  await close();
  expect([first.xmpp.online, second.xmpp.online]).toEqual([false, false]);
  const third = streams.keep(await ScriptedStream.start());
  await close();
  expect(third.xmpp.online).toBe(false);
  await expect(close()).resolves.toBeUndefined();
});
