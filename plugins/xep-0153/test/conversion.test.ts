import { Logger, parseDocument } from '@sestina/core';
import { NS_VCARD, VCards } from '@sestina/xep-0054';
import { describe, expect, it } from 'vitest';
import { NS_VCARD_UPDATE, VCardAvatars, VCardUpdate } from '../src/index.js';
import {
  ACCOUNT,
  card,
  disco,
  getCard,
  hash,
  image,
  OTHER,
  POLL,
  photo,
  presence,
  presencesIn,
  ROMEO,
  useAvatars,
  x,
} from './helpers.js';

const start = useAvatars();

class Lines extends Logger {
  readonly lines: string[] = [];
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.lines.push(`${message} ${fields?.['error']}`);
  }
  info(): void {}
  warn(): void {}
  error(): void {}
}

describe('what is not known', () => {
  it('is not told, and the log says why: whether the server converts', async () => {
    const logger = new Lines();
    const stream = await start.silent({}, logger);
    const avatars = stream.xmpp.plugin(VCardAvatars);
    expect([avatars.advertises, avatars.converts]).toEqual([undefined, undefined]);
    await stream.recvError(await stream.nextSent(), 'internal-server-error');
    stream.xmpp.sendPresence();
    await stream.idle();
    expect(presencesIn(stream)).toEqual(['not ready']);
    expect(logger.lines.filter((line) => /whether our server converts.*internal-server-error/.test(line))).toHaveLength(
      1,
    );
    // It is found out when somebody needs it.
    stream.skipSent();
    const converts = avatars.serverConverts();
    await stream.recvResult(await stream.nextSent(), disco(true));
    expect([await converts, avatars.advertises, avatars.converts]).toEqual([true, false, true]);
    stream.skipSent();
    await stream.recv(presence(`${ACCOUNT}/phone`, photo(OTHER)));
    await stream.expectNothingSent();
  });

  it('is not told, and the log says why: our card', async () => {
    const logger = new Lines();
    const stream = await start.silent({}, logger);
    await stream.recvResult(await stream.nextSent(), disco(false));
    await stream.recvError(await stream.nextSent(), 'internal-server-error');
    await stream.idle();
    expect(stream.xmpp.plugin(VCardAvatars).ownHash).toBeUndefined();
    expect(logger.lines.filter((line) => /our card could not be read.*internal-server-error/.test(line))).toHaveLength(
      1,
    );
  });

  it('is no word in the log where the plugin is removed meanwhile', async () => {
    for (const answered of [false, true]) {
      const logger = new Lines();
      const stream = await start.silent({}, logger);
      const question = await stream.nextSent();
      if (answered) await stream.recvResult(question, disco(false));
      await stream.idle();
      stream.xmpp.remove(VCardAvatars);
      await stream.idle();
      expect(logger.lines.filter((line) => /converts|our card/.test(line))).toEqual([]);
    }
  });
});

describe('the option', () => {
  it('always asks nobody whether somebody else does it', async () => {
    const stream = await start.silent({ advertise: 'always', maxKept: 1 });
    const avatars = stream.xmpp.plugin(VCardAvatars);
    expect([avatars.advertises, await avatars.serverConverts()]).toEqual([true, false]);
    await stream.recvResult(await stream.expectSent(getCard()), card(image));
    await expect.poll(() => avatars.ownHash, POLL).toBe(hash);
  });

  it('never outlives a session, and says nothing', async () => {
    const stream = await start.silent({ advertise: 'never' });
    expect(stream.xmpp.plugin(VCardAvatars).advertises).toBe(false);
    await stream.disconnect();
    expect(stream.errors).toEqual([]);
  });
});

describe('our image', () => {
  it('is published, and taken away, where the server does the rest', async () => {
    const { avatars, images } = await start({ converts: true });
    const done: unknown[] = [];
    images.publish = async ({ data }) => void done.push(data) as never;
    images.disable = async () => void done.push('disabled') as never;
    await avatars.setOwn({ data: image });
    await avatars.removeOwn();
    expect(done).toEqual([image, 'disabled']);
  });

  it('in our card is no WebP, and of 262,144 bytes at most', async () => {
    const { stream, avatars } = await start({ own: null });
    const webp = new TextEncoder().encode('RIFF\0\0\0\0WEBPVP8 ').slice();
    const wide = new Uint8Array(64);
    wide.set(webp);
    await expect(avatars.setOwn({ data: wide })).rejects.toThrow('a PNG, a JPEG or a GIF');
    const large = new Uint8Array(262_145);
    large.set(image);
    await expect(avatars.setOwn({ data: large })).rejects.toMatchObject({
      name: 'AvatarTooLargeError',
      limit: 262_144,
    });
    stream.skipSent();
    avatars.setOwn({ data: large.subarray(0, 262_144) }).catch(() => {});
    await stream.expectSent(getCard());
  });

  it('is not in our card any more once it was taken away', async () => {
    const { stream, avatars, asked } = await start();
    stream.skipSent();
    const removed = avatars.removeOwn();
    for (const _ of [1, 2]) await stream.recvResult(await asked(), card(image));
    const set = await asked();
    expect(set.child('vCard', NS_VCARD)?.child('PHOTO')).toBeUndefined();
    expect(set.child('vCard', NS_VCARD)?.child('FN')?.text).toBe('A');
    await stream.recvResult(set);
    await removed;
  });

  it('is told by the application where it does so itself', async () => {
    const { stream, xmpp } = await start();
    const update = new VCardUpdate();
    update.hash = OTHER;
    xmpp.sendPresence({ vcardUpdate: update });
    await stream.idle();
    expect(presencesIn(stream)).toEqual([OTHER]);
  });
});

describe('the presence of others', () => {
  const mark = `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/></x>`;

  it('that is not ready takes nothing back, nor does the mark of a room in that of a contact', async () => {
    const { stream, avatars, told, xmpp } = await start();
    const changed: unknown[] = [];
    xmpp.on('avatarChanged', ({ jid, info }) => changed.push([jid.full, info?.id]));
    await stream.recv(presence(ROMEO, photo(OTHER)) + presence(ROMEO, x('')) + presence(ROMEO, mark));
    await stream.recv(presence('romeo@montague.net/garden', photo(OTHER)));
    expect([avatars.hashOf(ROMEO), told.length, changed]).toEqual([OTHER, 2, [['romeo@montague.net', OTHER]]]);
  });

  it('in a room is that of an occupant', async () => {
    const { stream, xmpp, told } = await start();
    const changed: unknown[] = [];
    xmpp.on('avatarChanged', ({ jid, info }) => changed.push([jid.full, info?.id]));
    xmpp.claim('club@rooms.example', { kind: 'room' });
    for (const _ of [1, 2]) await stream.recv(presence('club@rooms.example/nick', mark + photo(OTHER)));
    expect([told, changed]).toEqual([[['club@rooms.example/nick', OTHER, true]], [['club@rooms.example/nick', OTHER]]]);
  });

  it('is checked with the card that is there now, not with one that was read before', async () => {
    const { stream, xmpp, images, asked } = await start();
    const before = xmpp.plugin(VCards).get('romeo@montague.net');
    await stream.recvResult(await asked(), card());
    await before;
    await stream.recv(presence(ROMEO, photo(hash)));
    const got = images.get('romeo@montague.net');
    await stream.recvResult(await asked(), card(image));
    expect((await got)?.id).toBe(hash);
  });

  it('of another device of ours that asks for something says nothing of its image', async () => {
    const { stream, xmpp, said } = await start();
    xmpp.sendPresence();
    await stream.recv(presence(`${ACCOUNT}/phone`));
    expect(await said()).toBe('not ready');
    await stream.recv(presence(`${ACCOUNT}/phone`, '', 'probe'));
    await stream.idle();
    expect(stream.sent.at(-1)?.name).toBe('presence');
  });
});

it('what a presence says is read without white space, and says whether it says anything', () => {
  const read = (inside: string) => new VCardUpdate(parseDocument(`<x xmlns='${NS_VCARD_UPDATE}'>${inside}</x>`));
  const all = ['', '<photo/>', '<photo>x</photo>', `<photo>\n ${OTHER}\n</photo>`].map(read);
  expect(all.map(({ ready, hash: said }) => [ready, said])).toEqual([
    [false, undefined],
    [true, ''],
    [false, undefined],
    [true, OTHER],
  ]);
  const [, update] = all;
  if (update) update.hash = OTHER;
  expect(`${update?.xml}`).toBe(`<x xmlns='${NS_VCARD_UPDATE}'><photo>${OTHER}</photo></x>`);
});
