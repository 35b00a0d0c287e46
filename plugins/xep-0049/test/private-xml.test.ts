import { attr, element } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_PRIVATE, PrivateXml } from '../src/index.js';

const NS = 'urn:example:settings';
class Settings extends element('settings', NS, { theme: attr('theme') }) {}
const query = (inside: string): string => `<query xmlns='${NS_PRIVATE}'>${inside}</query>`;
const settings = (more = '', inside = ''): string => `<settings xmlns='${NS}'${more}>${inside}</settings>`;
const iq = (type: 'get' | 'set', inside: string): string => `<iq type='${type}' id='*'>${query(inside)}</iq>`;

const streams = useStreams(afterEach);
async function start() {
  const stream = await ScriptedStream.start({ plugins: [PrivateXml] });
  streams.keep(stream);
  return { stream, xmpp: stream.xmpp, storage: stream.xmpp.plugin(PrivateXml) };
}

describe('private data', () => {
  it('is read from our account alone, and is undefined where there is none', async () => {
    const { stream, storage } = await start();
    for (const [answer, theme] of [
      [query(settings()), undefined],
      [query(''), undefined],
      [query(`<other xmlns='${NS}' theme='x'/>`), undefined],
      [query(settings(` theme='dark'`)), 'dark'],
    ] as const) {
      const found = storage.get(Settings);
      await stream.recvResult(await stream.expectSent(iq('get', settings())), answer);
      expect((await found)?.theme).toBe(theme);
    }
  });

  it('is changed one after the other, with all that is unknown in it', async () => {
    const { stream, storage } = await start();
    const unknown = `<vendor xmlns='urn:v' a='1'>x</vendor>`;
    const first = storage.update(Settings, (value) => {
      value.theme = 'light';
    });
    const second = storage.update(Settings, (value) => new Settings({ theme: `${value.theme}er` }));
    await stream.recvResult(await stream.nextSent(), query(settings(` theme='dark' odd='y'`, unknown)));
    const set = await stream.expectSent(iq('set', settings(` theme='light' odd='y'`, unknown)));
    await stream.expectNothingSent();
    await stream.recvResult(set);
    await first;
    await stream.recvResult(await stream.expectSent(iq('get', settings())), query(settings(` theme='light'`)));
    await stream.recvResult(await stream.expectSent(iq('set', settings(` theme='lighter'`))));
    expect((await second).theme).toBe('lighter');
    const failing = expect(
      storage.update(Settings, () => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await stream.recvResult(await stream.nextSent(), query(''));
    await failing;
    await stream.expectNothingSent();
  });

  it('of a reserved namespace, or too large, is refused by name', async () => {
    const { stream, xmpp, storage } = await start();
    const reserved = expect(storage.set(new Settings({}))).rejects.toMatchObject({
      code: 'ERR_RESERVED_NAMESPACE',
      namespace: NS,
    });
    await stream.recvError(await stream.nextSent(), 'not-acceptable');
    await reserved;
    const missing = expect(storage.set(new Settings({}))).rejects.toMatchObject({ condition: 'service-unavailable' });
    await stream.recvError(await stream.nextSent(), 'service-unavailable');
    await missing;
    const large = new Settings({ theme: 'ü'.repeat(140_000) });
    await expect(storage.set(large)).rejects.toMatchObject({ code: 'ERR_PRIVATE_DATA_TOO_LARGE', limit: 262_144 });
    await stream.expectNothingSent();
    const got = expect(storage.get(Settings)).rejects.toMatchObject({ code: 'ERR_PRIVATE_DATA_TOO_LARGE' });
    await stream.recvResult(
      await stream.nextSent(),
      query(settings('', `<x xmlns='urn:x'>${'ü'.repeat(140_000)}</x>`)),
    );
    await got;
    xmpp.remove(PrivateXml);
    expect(() => xmpp.use(PrivateXml, { maxBytes: Number.NaN })).toThrow('maxBytes is a number from 1');
  });

  it('is waited for no longer than it should be, and is no component’s', async () => {
    const { stream, xmpp, storage } = await start();
    const held = storage.update(Settings, () => {});
    const reason = new Error('enough');
    const controller = new AbortController();
    const waiting = expect(storage.set(new Settings({}), { signal: controller.signal })).rejects.toBe(reason);
    await stream.idle();
    controller.abort(reason);
    await waiting;
    const removed = expect(held).rejects.toThrow('xep-0049 was removed');
    await stream.idle();
    xmpp.remove(PrivateXml);
    await removed;
    await expect(storage.get(Settings)).rejects.toThrow('xep-0049 was removed');
    await expect(ScriptedStream.start({ kind: 'component', plugins: [PrivateXml] })).rejects.toThrow('xep-0049');
  });
});
