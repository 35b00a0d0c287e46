import { base64 } from '@sestina/core';
import { NS_VCARD } from '@sestina/xep-0054';
import { describe, expect, it } from 'vitest';
import { VCardAvatars } from '../src/index.js';
import {
  ACCOUNT,
  card,
  disco,
  getCard,
  hash,
  image,
  OTHER,
  OWN,
  POLL,
  photo,
  presence,
  presencesIn,
  ROMEO,
  updateIn,
  useAvatars,
  x,
} from './helpers.js';

const start = useAvatars();

describe('the presence of others', () => {
  it('has three meanings, and a fourth that is none', async () => {
    const { stream, avatars, told } = await start();
    await stream.recv(presence(ROMEO, x('')));
    await stream.recv(presence(ROMEO, photo('nonsense')));
    await stream.recv(presence('romeo@montague.net', photo(OTHER)));
    expect([avatars.hashOf(ROMEO), told]).toEqual([undefined, []]);
    await stream.recv(presence(ROMEO, photo(OTHER.toUpperCase())));
    await stream.recv(presence(ROMEO, photo(OTHER)));
    expect([avatars.hashOf(ROMEO), avatars.hashOf('romeo@montague.net')]).toEqual([OTHER, OTHER]);
    await stream.recv(presence(ROMEO, x('<photo/>')));
    expect(told).toEqual([
      [ROMEO, OTHER, false],
      [ROMEO, '', false],
    ]);
    await stream.recv(presence(ROMEO, '', 'unavailable'));
    expect([avatars.hashOf(ROMEO), avatars.hashOf('romeo@montague.net')]).toEqual([undefined, '']);
  });

  it('leads to an image that is fetched when it is wanted, once for a hash, and is checked', async () => {
    const { stream, images, xmpp } = await start({ own: null });
    const changed: unknown[] = [];
    xmpp.on('avatarChanged', ({ jid, info }) => changed.push([jid.full, info?.id, info?.source]));
    await stream.recv(presence(ROMEO, photo(hash)));
    expect(changed).toEqual([['romeo@montague.net', hash, 'vcard']]);
    const got = images.get('romeo@montague.net');
    await stream.recvResult(await stream.expectSent(getCard('romeo@montague.net')), card(image));
    expect(await got).toMatchObject({ id: hash, type: 'image/png', width: 64 });
    await images.get(ROMEO);
    // Another image than was announced, and none at all.
    for (const [said, given] of [
      [OTHER, card(image)],
      ['e'.repeat(40), card()],
    ] as const) {
      await stream.recv(presence(ROMEO, photo(said)));
      const wanted = images.get(ROMEO);
      await stream.recvResult(await stream.expectSent(getCard('romeo@montague.net')), given);
      expect([await wanted, await images.get(ROMEO)]).toEqual([undefined, undefined]);
    }
    await stream.expectNothingSent();
  });

  it('of five thousand occupants asks for nothing, and who comes by a nick is not who was there before', async () => {
    const { stream, xmpp, avatars, images } = await start({ own: null });
    xmpp.claim('club@rooms.example', { kind: 'room' });
    const mark = `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/></x>`;
    const room = (nick: string, inside = '', type = ''): string =>
      presence(`club@rooms.example/${nick}`, mark + inside, type);
    for (let n = 0; n < 5_000; n++) await stream.recv(room(`n${n}`, photo(hash)));
    await stream.expectNothingSent();
    expect([avatars.hashOf('club@rooms.example/n7'), avatars.hashOf('club@rooms.example')]).toEqual([hash, undefined]);
    const got = images.get('club@rooms.example/n7');
    await stream.recvResult(await stream.expectSent(getCard('club@rooms.example/n7')), card(image));
    expect((await got)?.id).toBe(hash);
    await stream.recv(room('n7', '', 'unavailable'));
    expect(images.info('club@rooms.example/n7')).toBeUndefined();
    await stream.recv(room('n8'));
    expect(images.info('club@rooms.example/n8')).toBeUndefined();
  });
});

describe('our presence', () => {
  it('is not ready before our card was read, and then says what is in it, everywhere', async () => {
    const stream = await start.silent();
    stream.xmpp.sendPresence();
    const asked = await stream.nextSent();
    await expect.poll(() => presencesIn(stream), POLL).toEqual(['not ready']);
    await stream.recvResult(asked, disco(false));
    stream.skipSent();
    const read = stream.sent.filter(({ name }) => name === 'iq').at(-1);
    await stream.recvResult(read as never, card(image));
    await expect.poll(() => stream.xmpp.plugin(VCardAvatars).ownHash, POLL).toBe(hash);
    stream.xmpp.sendPresence({ to: 'romeo@montague.net' });
    await expect.poll(() => [...new Set(presencesIn(stream))], POLL).toEqual(['not ready', hash]);
    const before = presencesIn(stream).length;
    stream.xmpp.sendPresence({ type: 'unavailable' });
    await expect.poll(() => presencesIn(stream).length, POLL).toBeGreaterThan(before);
    expect(presencesIn(stream).at(-1)).toBeUndefined();
  });

  it('says that there is no image, and is changed by what we store', async () => {
    const { stream, xmpp, avatars, said, asked } = await start({ own: null });
    xmpp.sendPresence();
    expect(await said()).toBe('');
    const stored = avatars.setOwn({ data: image });
    for (const _ of [1, 2]) await stream.recvResult(await asked(), card());
    const set = await asked();
    expect(set.child('vCard', NS_VCARD)?.child('PHOTO')?.child('BINVAL')?.text).toBe(base64.encode(image));
    await stream.recvResult(set);
    await stored;
    expect(await said()).toBe(hash);
    const before = stream.sent.length;
    await avatars.setOwn({ data: image });
    expect(stream.sent.length).toBe(before);
    const removed = avatars.removeOwn();
    for (const _ of [1, 2]) await stream.recvResult(await asked(), card(image));
    await stream.recvResult(await asked());
    await removed;
    expect(await said()).toBe('');
    await expect(avatars.setOwn({ data: new Uint8Array(100) })).rejects.toThrow('a PNG, a JPEG or a GIF');
  });

  it('says nothing where that is not wanted', async () => {
    const stream = await start.silent({ advertise: 'never' });
    stream.xmpp.sendPresence();
    await stream.idle();
    const asked = stream.sent.filter(({ name }) => name === 'iq');
    expect([new Set(presencesIn(stream)), asked]).toEqual([new Set([undefined]), []]);
  });

  it('leaves it to a server that does it for us, but for no image after it was taken away', async () => {
    const { stream, xmpp, avatars, said } = await start({ converts: true });
    expect(avatars.advertises).toBe(false);
    xmpp.sendPresence();
    // The server overwrites what is not ready, and there is nothing to overwrite.
    expect(await said()).toBeUndefined();
    await stream.recv(
      `<message from='${ACCOUNT}' to='${OWN}'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:avatar:metadata'><item id='x'><metadata xmlns='urn:xmpp:avatar:metadata'/></item></items></event></message>`,
    );
    xmpp.sendPresence();
    expect(await said()).toBe('');
    // Another device does not concern us.
    const before = stream.sent.length;
    await stream.recv(presence(`${ACCOUNT}/phone`, photo(OTHER)));
    await stream.idle();
    expect(stream.sent.length).toBe(before);
  });
});

describe('another device of ours', () => {
  const PHONE = `${ACCOUNT}/phone`;

  it.each([
    ['is not ready', x(''), []],
    ['says the same', photo(hash), []],
    ['says nonsense', photo('x'), []],
    ['does not know of it', '', ['not ready']],
    ['says that there is no image', x('<photo/>'), ['not ready', '']],
    ['says another one', photo(OTHER), ['not ready', '']],
  ] as const)('%s', async (_what, inside, outcome) => {
    const { stream, xmpp } = await start();
    xmpp.sendPresence();
    await stream.idle();
    const before = stream.sent.length;
    await stream.recv(presence(PHONE, inside));
    await stream.idle();
    const read = stream.sent.slice(before).find(({ name }) => name === 'iq');
    if (read) await stream.recvResult(read, card());
    await stream.idle();
    expect(
      stream.sent
        .slice(before)
        .filter(({ name }) => name === 'presence')
        .map(updateIn),
    ).toEqual(outcome);
  });

  it('that did not know of it is gone, and the card is read again', async () => {
    const { stream, xmpp, said, asked, avatars } = await start();
    xmpp.sendPresence();
    expect(await said()).toBe(hash);
    await stream.recv(presence(PHONE));
    expect(await said()).toBe('not ready');
    await stream.recv(presence(PHONE, '', 'unavailable'));
    await stream.recvResult(await asked(), card(image));
    await expect.poll(() => avatars.ownHash, POLL).toBe(hash);
    expect(await said()).toBe(hash);
  });

  it('that always says another one makes us read the card three times, and no more', async () => {
    const { stream, xmpp, avatars } = await start();
    xmpp.sendPresence();
    await stream.idle();
    let read = 0;
    for (let n = 0; n < 200; n++) {
      const before = stream.sent.length;
      await stream.recv(presence(PHONE, photo((n % 10).toString().repeat(40))));
      await stream.clock.advance(1_000);
      for (const sent of stream.sent.slice(before)) {
        if (sent.name !== 'iq' || !sent.child('vCard', NS_VCARD)) continue;
        read += 1;
        await stream.recvResult(sent, card(image));
        await expect.poll(() => avatars.ownHash, POLL).toBe(hash);
        await stream.idle();
      }
    }
    expect(read).toBe(3);
    expect(presencesIn(stream).at(-1)).toBe(hash);
  });

  it('is none where somebody else only looks like it', async () => {
    const { stream, xmpp } = await start();
    xmpp.sendPresence();
    await stream.clock.advance(1_000);
    stream.skipSent();
    await stream.recv(presence('alice@example.org.evil.example/phone', photo(OTHER)));
    await stream.recv(presence(OWN, photo(OTHER)));
    await stream.recv(presence(ACCOUNT, photo(OTHER)));
    await stream.expectNothingSent();
  });
});

it('leaves nothing behind', async () => {
  const { stream, xmpp } = await start();
  xmpp.remove(VCardAvatars);
  xmpp.sendPresence();
  await stream.idle();
  expect(presencesIn(stream)).toEqual([undefined]);
  for (const maxKept of [0, Number.NaN]) expect(() => xmpp.use(VCardAvatars, { maxKept })).toThrow('maxKept');
});
