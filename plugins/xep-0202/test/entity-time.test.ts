import { JID, StanzaError, StanzaValueError, TimeoutError } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EntityTime, NS_TIME } from '../src/index.js';

const OWN = 'juliet@capulet.com/balcony';
const ROMEO = 'romeo@montague.net/orchard';
const QUESTION = (from = ROMEO, to = OWN): string =>
  `<iq type='get' from='${from}' to='${to}' id='time_1'><time xmlns='${NS_TIME}'/></iq>`;
const answer = (tzo: string, utc: string): string =>
  `<time xmlns='${NS_TIME}'>${tzo && `<tzo>${tzo}</tzo>`}${utc && `<utc>${utc}</utc>`}</time>`;
const streams = useStreams(afterEach);

async function start(options: object = {}, more: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [[EntityTime, options]], ...more });
  streams.keep(stream);
  const { xmpp } = stream;
  if (!xmpp.isComponent) xmpp.roster.of().apply([{ jid: JID.parse(ROMEO).bare, subscription: 'from' }]);
  return { stream, xmpp, plugin: xmpp.plugin(EntityTime) };
}

describe('asking', () => {
  const ask = async (payload: string, took = 0) => {
    const { stream, plugin } = await start();
    const asked = plugin.time(ROMEO);
    const request = await stream.expectSent(`<iq type='get' id='*' to='${ROMEO}'><time xmlns='${NS_TIME}'/></iq>`);
    await stream.clock.advance(took);
    const outcome = asked.catch((error: Error) => error);
    await stream.recvResult(request, payload);
    return { outcome: await outcome, now: stream.clock.now() };
  };

  it.each([
    ['-06:00', -360],
    ['+05:45', 345],
    ['-03:30', -210],
    ['Z', 0],
    ['', 0],
    ['somewhere', 0],
    ['+99:00', 0],
  ])('gives the time and the zone, as far as it is told (XEP-0202 §3): %s', async (tzo, offset) => {
    const { outcome } = await ask(answer(tzo, '2006-12-19T17:58:35Z'));
    expect(outcome).toMatchObject({ utc: new Date('2006-12-19T17:58:35Z'), offset });
  });

  it('tells how far ahead that clock is, with half of the way taken off', async () => {
    const { stream, plugin } = await start();
    for (const ahead of [0, 86_400_000, -5_000]) {
      const asked = plugin.time(ROMEO);
      const request = await stream.nextSent();
      await stream.clock.advance(100);
      const utc = new Date(stream.clock.now() + ahead).toISOString();
      await stream.clock.advance(100);
      await stream.recvResult(request, answer('Z', utc));
      expect(await asked).toMatchObject({ skew: ahead, roundTrip: 200 });
    }
  });

  it.each(['', 'yesterday', '2006-13-01T00:00:00Z'])('rejects for an answer without a time: "%s"', async (utc) => {
    expect((await ask(answer('Z', utc))).outcome).toBeInstanceOf(StanzaValueError);
  });

  it('rejects with the error that came, for no answer, and once the plugin is removed', async () => {
    expect((await ask('<query xmlns="jabber:iq:time"/>')).outcome).toBeInstanceOf(StanzaError);
    const { stream, xmpp, plugin } = await start();
    const refused = expect(plugin.time(ROMEO)).rejects.toMatchObject({ condition: 'service-unavailable' });
    await stream.recvError(await stream.nextSent(), 'service-unavailable');
    await refused;
    const late = expect(plugin.time(ROMEO, { timeout: 9 })).rejects.toBeInstanceOf(TimeoutError);
    await stream.clock.advance(9);
    await late;
    xmpp.remove(EntityTime);
    await expect(plugin.time(ROMEO)).rejects.toThrow('xep-0202 was removed');
    expect(stream.clock.pending).toEqual([]);
  });

  it('asks our server where nobody is named, and for an address of a component', async () => {
    const { stream, plugin } = await start();
    void plugin.time().catch(() => {});
    await stream.expectSent(`<iq type='get' id='*' to='capulet.com'><time xmlns='${NS_TIME}'/></iq>`);
    const component = await start({}, { kind: 'component', jid: 'echo.example' });
    void component.plugin.time(ROMEO, { from: 'nurse@echo.example' }).catch(() => {});
    await component.stream.expectSent(
      `<iq type='get' id='*' from='nurse@echo.example' to='${ROMEO}'><time xmlns='${NS_TIME}'/></iq>`,
    );
  });
});

describe('answering', () => {
  const zone = (at: number): string => {
    const minutes = -new Date(at).getTimezoneOffset();
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
  };

  it.each(['hide', 'show'] as const)(
    'tells the time of the clock, and the zone as the option says: %s',
    async (timeZone) => {
      const { stream, xmpp } = await start({ timeZone });
      expect([...xmpp.advertised]).toEqual([NS_TIME]);
      await stream.clock.advance(12_345);
      await stream.recv(QUESTION());
      const sent = await stream.nextSent();
      const time = sent.child('time', NS_TIME);
      const tzo = time?.child('tzo', NS_TIME)?.text;
      expect(tzo === 'Z' ? '+00:00' : tzo).toBe(timeZone === 'hide' ? '+00:00' : zone(stream.clock.now()));
      expect(new Date(time?.child('utc', NS_TIME)?.text ?? '').getTime()).toBe(stream.clock.now());
    },
  );

  it.each([
    ['show', '-03:30'],
    ['hide', '+00:00'],
  ])('tells a zone west of Greenwich as one, or not at all: %s', async (timeZone, expected) => {
    const { stream } = await start({ timeZone });
    const offset = vi.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(210);
    await stream.recv(QUESTION());
    offset.mockRestore();
    expect((await stream.nextSent()).child('time', NS_TIME)?.child('tzo', NS_TIME)?.text).toBe(expected);
  });

  it('tells contacts and our server, and strangers what an absent program tells', async () => {
    const { stream } = await start();
    for (const [from, type] of [
      [ROMEO, 'result'],
      ['capulet.com', 'result'],
      ['juliet@capulet.com/chamber', 'result'],
      ['eve@evil.example/x', 'error'],
    ]) {
      await stream.recv(QUESTION(from));
      expect((await stream.nextSent()).attribute('type')).toBe(type);
    }
    await stream.recv(QUESTION('eve@evil.example/x'));
    const refused = await stream.nextSent();
    expect(refused.child('error')?.firstElement?.name).toBe('service-unavailable');
  });

  it('tells the server whatever the audience is, and nobody where it says so', async () => {
    const own = await start({ answer: 'account' });
    await own.stream.recv(QUESTION('capulet.com'));
    expect((await own.stream.nextSent()).attribute('type')).toBe('result');
    await own.stream.recv(QUESTION());
    expect((await own.stream.nextSent()).attribute('type')).toBe('error');
    const none = await start({ answer: 'nobody' });
    expect([...none.xmpp.advertised]).toEqual([]);
    await none.stream.recv(QUESTION('capulet.com'));
    expect((await none.stream.nextSent()).attribute('type')).toBe('error');
  });

  it('answers at each address of a component', async () => {
    const { stream } = await start({ answer: 'everybody' }, { kind: 'component', jid: 'echo.example' });
    await stream.recv(QUESTION(ROMEO, 'nurse@echo.example'));
    await stream.expectSent(
      `<iq type='result' from='nurse@echo.example' to='${ROMEO}' id='time_1'>${answer('+00:00', '2024-01-01T00:00:00Z')}</iq>`,
    );
  });

  it('is gone with the plugin', async () => {
    const { stream, xmpp } = await start();
    xmpp.remove(EntityTime);
    expect([...xmpp.advertised]).toEqual([]);
    await stream.recv(QUESTION());
    expect((await stream.nextSent()).attribute('type')).toBe('error');
  });
});

describe('options', () => {
  it('are checked', async () => {
    await expect(start({ timeZone: 'PST' })).rejects.toThrow('timeZone is "hide" or "show", got PST');
    await expect(start({ timeZone: 'PST' })).rejects.toMatchObject({ code: 'ERR_CONFIG', option: 'timeZone' });
    await expect(start({ answer: 'friends' })).rejects.toMatchObject({ code: 'ERR_CONFIG', option: 'answer' });
  });
});
