import { JID } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { NS_MAM } from '@sestina/xep-0313';
import { afterEach, expect, it } from 'vitest';
import { ArchivePreferences, type ArchivePrefs } from '../src/index.js';

const streams = useStreams(afterEach);

const jids = (list: readonly string[]): string => list.map((jid) => `<jid>${jid}</jid>`).join('');
const prefs = (otherwise: string, always: readonly string[] = [], never: readonly string[] = []): string =>
  `<prefs xmlns='${NS_MAM}' default='${otherwise}'><always>${jids(always)}</always><never>${jids(never)}</never></prefs>`;
const ask = (type: string, inside: string): string => `<iq type='${type}' id='*'>${inside}</iq>`;
const GET = ask('get', `<prefs xmlns='${NS_MAM}'/>`);
const shown = ({ default: otherwise, always, never, unreadable }: ArchivePrefs) => [
  otherwise,
  always.map(String),
  never.map(String),
  unreadable,
];
const READABLE = { always: [], never: [] };

async function start() {
  const stream = await ScriptedStream.start({ jid: 'juliet@capulet.lit/balcony', plugins: [ArchivePreferences] });
  streams.keep(stream);
  return { stream, preferences: stream.xmpp.plugin(ArchivePreferences) };
}

it('gives what the server archives', async () => {
  const { stream, preferences } = await start();
  for (const [answer, expected] of [
    [
      prefs('roster', ['romeo@montague.lit', 'Romeo@Montague.lit'], ['a@b/c']),
      ['roster', ['romeo@montague.lit'], ['a@b/c'], READABLE],
    ],
    [`<prefs xmlns='${NS_MAM}' default='never'/>`, ['never', [], [], READABLE]],
    [prefs('always', ['@', ' x@y '], ['', '@']), ['always', ['x@y'], [], { always: ['@'], never: ['', '@'] }]],
  ] as const) {
    const got = preferences.get();
    await stream.recvResult(await stream.expectSent(GET), answer);
    expect(shown(await got)).toEqual(expected);
  }
  for (const answer of [
    '',
    prefs('everything'),
    `<prefs xmlns='${NS_MAM}'/>`,
    `<prefs xmlns='urn:x' default='always'/>`,
  ]) {
    const refused = expect(preferences.get()).rejects.toMatchObject({ code: 'ERR_STANZA' });
    await stream.recvResult(await stream.expectSent(GET), answer);
    await refused;
  }
});

it('sets all of it, and gives what the server made of that', async () => {
  const { stream, preferences } = await start();
  const set = preferences.set({ default: 'never', always: ['Romeo@Montague.lit', 'romeo@montague.lit'], never: [] });
  const request = await stream.expectSent(ask('set', prefs('never', ['romeo@montague.lit'])));
  await stream.recvResult(request, prefs('always', ['romeo@montague.lit', 'boss@capulet.lit']));
  expect(shown(await set)).toEqual(['always', ['romeo@montague.lit', 'boss@capulet.lit'], [], READABLE]);
  // Some servers only say that it is done.
  const again = preferences.set({ default: 'roster', always: [], never: [JID.parse('eve@evil.example/x')] });
  await stream.recvResult(await stream.expectSent(ask('set', prefs('roster', [], ['eve@evil.example/x']))));
  await stream.recvResult(await stream.expectSent(GET), prefs('roster'));
  expect(shown(await again)).toEqual(['roster', [], [], READABLE]);
});

it('changes what is there, with what cannot be read, and nothing where nothing changes', async () => {
  const { stream, preferences } = await start();
  const there = prefs('roster', ['Romeo@montague.lit', '@'], ['@@']);
  const changed = preferences.update((before) => ({ default: 'always', always: before.always, never: ['x@y'] }));
  await stream.recvResult(await stream.expectSent(GET), there);
  const wanted = prefs('always', ['romeo@montague.lit', '@'], ['x@y', '@@']);
  await stream.recvResult(await stream.expectSent(ask('set', wanted)), wanted);
  expect(shown(await changed)).toEqual(['always', ['romeo@montague.lit'], ['x@y'], { always: ['@'], never: ['@@'] }]);
  const same = preferences.update(({ always, ...before }) => ({
    ...before,
    always: ['ROMEO@montague.lit', ...always],
  }));
  await stream.recvResult(await stream.expectSent(GET), there);
  expect(shown(await same).at(0)).toBe('roster');
  await stream.expectNothingSent();
  const two = prefs('roster', ['a@x', 'b@x'], ['c@x', 'd@x', '@@']);
  const other = preferences.update((before) => ({
    default: 'roster',
    always: [...before.always].reverse(),
    never: [...before.never].reverse(),
  }));
  await stream.recvResult(await stream.expectSent(GET), two);
  expect(shown(await other).slice(1, 3)).toEqual([
    ['a@x', 'b@x'],
    ['c@x', 'd@x'],
  ]);
  await stream.expectNothingSent();
  // One list alone, or only what cannot be read, is a change as well.
  for (const change of [{ never: [] }, { always: [] }, { unreadable: { always: [], never: [] } }]) {
    const less = preferences.update((before) => ({ ...before, ...change }));
    await stream.recvResult(await stream.expectSent(GET), two);
    const request = await stream.nextSent();
    expect(request.attribute('type')).toBe('set');
    await stream.recvResult(request, two);
    await less;
  }
  const failed = expect(
    preferences.update(() => {
      throw new Error('mine');
    }),
  ).rejects.toThrow('mine');
  await stream.recvResult(await stream.expectSent(GET), there);
  await failed;
  const none = expect(preferences.update(() => ({ default: 'always', always: ['@'], never: [] }))).rejects.toThrow();
  await stream.recvResult(await stream.expectSent(GET), there);
  await none;
  await stream.expectNothingSent();
});

it('makes two changes one after the other', async () => {
  const { stream, preferences } = await start();
  const add = (jid: string) =>
    preferences.update(({ always, ...before }) => ({ ...before, always: [...always, jid] })).then(shown);
  const both = Promise.all([add('a@x'), add('b@x')]);
  await stream.recvResult(await stream.expectSent(GET), prefs('always'));
  const first = await stream.expectSent(ask('set', prefs('always', ['a@x'])));
  await stream.expectNothingSent();
  await stream.recvResult(first, prefs('always', ['a@x']));
  await stream.recvResult(await stream.expectSent(GET), prefs('always', ['a@x']));
  await stream.recvResult(
    await stream.expectSent(ask('set', prefs('always', ['a@x', 'b@x']))),
    prefs('always', ['a@x', 'b@x']),
  );
  expect((await both).map(([, always]) => always)).toEqual([['a@x'], ['a@x', 'b@x']]);
  // One that is given up does not keep the next one waiting.
  const given = new AbortController();
  const over = expect(preferences.get({ signal: given.signal })).rejects.toThrow('enough');
  given.abort(new Error('enough'));
  await over;
});

it('says that the server decides where it does not let us', async () => {
  const { stream, preferences } = await start();
  for (const condition of ['not-allowed', 'forbidden', 'feature-not-implemented', 'service-unavailable'] as const) {
    const refused = expect(preferences.set({ default: 'always', always: [], never: [] })).rejects.toMatchObject({
      code: 'ERR_ARCHIVE_PREFERENCES_REFUSED',
      condition,
      cause: { condition },
    });
    await stream.recvError(await stream.nextSent(), condition);
    await refused;
  }
  const asked = expect(preferences.get()).rejects.toMatchObject({ code: 'ERR_ARCHIVE_PREFERENCES_REFUSED' });
  await stream.recvError(await stream.nextSent(), 'not-allowed');
  await asked;
  const late = expect(preferences.get({ timeout: 5 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  await stream.clock.advance(5);
  await late;
  stream.skipSent();
  const other = expect(preferences.get()).rejects.toMatchObject({ condition: 'internal-server-error' });
  await stream.recvError(await stream.nextSent(), 'internal-server-error');
  await other;
});

it('has a bounded number of changes wait', async () => {
  const { stream, preferences } = await start();
  const outcomes: string[] = [];
  for (let i = 0; i < 102; i++) {
    const set = preferences.set({ default: 'always', always: [], never: [] });
    set.catch((error: Error) => outcomes.push(`${i} ${error.name}`));
  }
  await stream.idle();
  expect(outcomes).toEqual(['101 BusyError']);
});

it('refuses what cannot be meant before anything is sent', async () => {
  const { stream, preferences } = await start();
  const fine = { default: 'always', always: [], never: [] } as const;
  for (const wrong of [
    { default: 'some' as never },
    { always: 'a@b' },
    { never: ['@'] },
    { always: [undefined as never] },
  ]) {
    await expect(preferences.set({ ...fine, ...wrong })).rejects.toThrow();
  }
  await expect(preferences.set({ ...fine, default: 'some' as never })).rejects.toMatchObject({ option: 'default' });
  await expect(preferences.set({ ...fine, never: 'a@b' })).rejects.toMatchObject({ code: 'ERR_CONFIG' });
  await stream.expectNothingSent();
  const component = await ScriptedStream.start({ kind: 'component' });
  streams.keep(component);
  expect(() => component.xmpp.use(ArchivePreferences)).toThrow(/client/);
});
