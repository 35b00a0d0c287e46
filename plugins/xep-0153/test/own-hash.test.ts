import { JID, Presence } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { VCard } from '@sestina/xep-0054';
import { afterEach, describe, expect, it } from 'vitest';
import { HeardHashes } from '../src/heard-hashes.js';
import { VCardUpdate } from '../src/index.js';
import { OwnHash } from '../src/own-hash.js';
import { ACCOUNT, hash, image, OTHER, POLL } from './helpers.js';

const streams = useStreams(afterEach);
const phone = (name = 'phone'): JID => JID.parse(`${ACCOUNT}/${name}`);
const here = new Presence();
const gone = new Presence({ type: 'unavailable' });
const saying = (text: string): VCardUpdate => {
  const update = new VCardUpdate();
  update.hash = text;
  return update;
};

/** What our presence says, with a card that is given when the test says so. */
async function own() {
  const stream = streams.keep(await ScriptedStream.start());
  const answers: ((card: VCard | undefined) => void)[] = [];
  const plugin = new OwnHash(stream.xmpp, () => new Promise((resolve) => answers.push(resolve)));
  let told = 0;
  stream.xmpp.presenceChanged = () => {
    told += 1;
  };
  const controller = new AbortController();
  const { signal } = controller;
  /** Answers the last question for our card with that image. */
  const read = async (data = image): Promise<void> => {
    const card = new VCard();
    card.set({ photo: { type: 'image/png', data } });
    answers.at(-1)?.(card);
    await expect.poll(() => plugin.hash, POLL).toBe(hash);
  };
  const heard = (name: string, presence: Presence, update?: VCardUpdate) =>
    plugin.heard(phone(name), presence, update, signal);
  return { stream, plugin, answers, told: () => told, signal, abort: () => controller.abort(), read, heard };
}

describe('our hash', () => {
  it('is told once, and what was stored while the card is read is newer', async () => {
    const { plugin, signal, answers, read, told, stream } = await own();
    plugin.begin(signal);
    await read();
    expect(told()).toBe(1);
    plugin.set(hash);
    expect(told()).toBe(1);
    plugin.begin(signal);
    plugin.set(OTHER);
    answers.at(-1)?.(undefined);
    await stream.idle();
    expect([plugin.hash, told()]).toEqual([OTHER, 2]);
  });

  it('is none of a card that is read after the session', async () => {
    for (const end of ['abort', 'clear'] as const) {
      const { plugin, signal, abort, answers, stream, told } = await own();
      plugin.begin(signal);
      if (end === 'abort') abort();
      else plugin.clear();
      answers.at(-1)?.(undefined);
      await stream.idle();
      expect([plugin.hash, told()]).toEqual([undefined, 0]);
    }
  });

  it('is not told as long as one device may change the card, of a hundred that are noted', async () => {
    const { plugin, signal, answers, read, heard, told } = await own();
    heard('early', here);
    expect(told()).toBe(0);
    heard('early', gone);
    plugin.begin(signal);
    await read();
    const before = told();
    for (let n = 0; n <= 100; n++) heard(`n${n}`, here);
    // It was told once that nothing is known.
    expect([plugin.hash, told()]).toEqual([undefined, before + 1]);
    const asked = answers.length;
    for (let n = 0; n < 99; n++) heard(`n${n}`, gone);
    expect([plugin.hash, answers.length]).toEqual([undefined, asked]);
    heard('n99', here, saying(hash));
    await read();
  });

  it('is read anew at most once in thirty seconds, and waits for it as long as the session', async () => {
    const { plugin, signal, answers, read, heard, stream } = await own();
    heard('a', here, saying(OTHER));
    // Nothing is known that could be another one.
    expect(answers).toHaveLength(0);
    plugin.begin(signal);
    await read();
    heard('a', here, saying(OTHER));
    expect([plugin.hash, answers.length]).toEqual([undefined, 2]);
    await read();
    heard('a', here, saying(OTHER));
    heard('a', here, saying(OTHER));
    expect([plugin.hash, stream.clock.pending]).toMatchObject([hash, [{ background: true }]]);
    await stream.clock.advance(29_999);
    expect(answers).toHaveLength(2);
    await stream.clock.advance(1);
    expect([plugin.hash, answers.length]).toEqual([undefined, 3]);
    await read();
    heard('a', here, saying(OTHER));
    plugin.clear();
    expect(stream.clock.pending).toEqual([]);
    // Another session begins anew.
    plugin.begin(signal);
    await read();
    heard('a', here, saying(OTHER));
    expect(answers).toHaveLength(5);
  });

  it('is not read anew once the session is over', async () => {
    const { plugin, signal, abort, answers, read, heard, stream } = await own();
    plugin.begin(signal);
    await read();
    heard('a', here, saying(OTHER));
    await read();
    heard('a', here, saying(OTHER));
    abort();
    await stream.clock.advance(30_000);
    expect([plugin.hash, answers.length]).toEqual([hash, 2]);
  });
});

describe('what was heard of others', () => {
  const jid = (text: string): JID => JID.parse(text);

  it('is news of a device, of an account, or of neither', async () => {
    const { xmpp } = streams.keep(await ScriptedStream.start());
    const heard = new HeardHashes(xmpp, 10);
    xmpp.claim('club@rooms.example', { kind: 'room' });
    const told = [
      'a@b.example/1',
      'a@b.example/1',
      'a@b.example/2',
      'club@rooms.example/n',
      'club@rooms.example/n',
    ].map((from) => heard.set(jid(from), hash));
    expect(told.map(({ device, account }) => [device, account])).toEqual([
      [true, true],
      [false, false],
      [true, false],
      [true, false],
      [false, false],
    ]);
    heard.clear();
    expect([heard.get(jid('a@b.example/1')), heard.get(jid('a@b.example'))]).toEqual([undefined, undefined]);
  });

  it('is kept of contacts before that of strangers, within four megabytes', async () => {
    const { xmpp } = streams.keep(await ScriptedStream.start());
    xmpp.roster.of().apply([{ jid: jid('friend@b.example'), subscription: 'both' }]);
    const few = new HeardHashes(xmpp, 2);
    for (const from of ['friend@b.example/x', 'eve@evil.example/1', 'eve@evil.example/2']) few.set(jid(from), hash);
    expect([few.get(jid('friend@b.example/x')), few.get(jid('eve@evil.example/1'))]).toEqual([hash, undefined]);
    const many = new HeardHashes(xmpp, 20_000);
    const long = (n: number): JID => jid(`eve@evil.example/${`${n}`.padEnd(1_000, 'x')}`);
    for (let n = 0; n < 1_900; n++) many.set(long(n), hash);
    expect([many.get(long(0)), many.get(long(100))]).toEqual([undefined, hash]);
  });
});
