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
    for (const [answer, there, theme] of [
      [query(settings()), false],
      [query(''), false],
      [query(`<other xmlns='${NS}' theme='x'/>`), false],
      [query(settings(` theme='dark'`)), true, 'dark'],
      [query(settings('', `<vendor xmlns='urn:v'/>`)), true],
      [query(settings('', 'text')), true],
    ] as const) {
      const found = storage.get(Settings);
      await stream.recvResult(await stream.expectSent(iq('get', settings())), answer);
      const value = await found;
      expect([value !== undefined, value?.theme]).toEqual([there, theme]);
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
    for (const condition of ['bad-request', 'not-acceptable', 'not-allowed'] as const) {
      const reserved = expect(storage.set(new Settings({}))).rejects.toMatchObject({
        code: 'ERR_RESERVED_NAMESPACE',
        namespace: NS,
        cause: { condition },
      });
      await stream.recvError(await stream.nextSent(), condition);
      await reserved;
    }
    const late = expect(storage.set(new Settings({}), { timeout: 5 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await stream.nextSent();
    await stream.clock.advance(5);
    await late;
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
    for (const maxBytes of [Number.NaN, 0, '5' as never]) {
      expect(() => xmpp.use(PrivateXml, { maxBytes })).toThrow('maxBytes is a number from 1');
    }
    const value = new Settings({ theme: 'ü' });
    const { length } = new TextEncoder().encode(value.xml.toString());
    const tight = xmpp.use(PrivateXml, { maxBytes: length });
    await expect(tight.set(new Settings({ theme: 'üx' }))).rejects.toMatchObject({ limit: length });
    const done = tight.set(value);
    await stream.recvResult(await stream.expectSent(iq('set', settings(` theme='ü'`))));
    await done;
  });

  it('of another namespace waits for nobody, and is stored as it was when that was asked for', async () => {
    const { stream, storage } = await start();
    class Other extends element('other', 'urn:example:other', { theme: attr('theme') }) {}
    const value = new Settings({ theme: 'dark' });
    const done = [storage.set(new Settings({ theme: 'first' })), storage.set(value), storage.set(new Other({}))];
    value.theme = 'light';
    const [first, other] = [await stream.nextSent(), await stream.nextSent()];
    expect(other.toString()).toContain('urn:example:other');
    await stream.expectNothingSent();
    await stream.recvResult(first);
    await stream.recvResult(await stream.expectSent(iq('set', settings(` theme='dark'`))));
    await stream.recvResult(other);
    await Promise.all(done);
  });

  it('waits in a bounded line', async () => {
    const { stream, storage } = await start();
    const all = Array.from({ length: 102 }, () => storage.set(new Settings({})).catch((error: Error) => error.name));
    await stream.idle();
    const outcome = await Promise.race([all[101], Promise.resolve('waits')]);
    expect([await Promise.race([all[100], Promise.resolve('waits')]), outcome]).toEqual(['waits', 'BusyError']);
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
