import { JID, Logger } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { NS_PUBSUB, NS_PUBSUB_EVENT } from '@sestina/xep-0060';
import { afterEach, describe, expect, it } from 'vitest';
import { ForeignContactError, NS_VCARD4, VCard4, VCard4s } from '../src/index.js';

const ACCOUNT = 'alice@example.org';
const OWN = `${ACCOUNT}/desk`;
const ROMEO = 'romeo@montague.net';
const NODE = 'urn:xmpp:vcard4';
const streams = useStreams(afterEach);
const vcard = (inside: string): string => `<vcard xmlns='${NS_VCARD4}'>${inside}</vcard>`;
const fn = (name: string): string => vcard(`<fn><text>${name}</text></fn>`);
const items = (inside: string, node = NODE): string =>
  `<pubsub xmlns='${NS_PUBSUB}'><items node='${node}'>${inside}</items></pubsub>`;
const item = (inside: string, id = 'current'): string => `<item id='${id}'>${inside}</item>`;
const question = (to?: string): string =>
  `<iq type='get' id='*'${to ? ` to='${to}'` : ''}><pubsub xmlns='${NS_PUBSUB}'><items node='${NODE}' max_items='1'/></pubsub></iq>`;
const event = (from: string, inside: string, node = NODE): string =>
  `<message from='${from}' to='${OWN}' type='headline'><event xmlns='${NS_PUBSUB_EVENT}'><items node='${node}'>${inside}</items></event></message>`;
const DISCO = `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/><feature var='${NS_PUBSUB}#publish-options'/></query>`;

async function start(logger?: Logger) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [VCard4s], ...(logger && { options: { logger } }) });
  streams.keep(stream);
  const { xmpp } = stream;
  xmpp.roster.of().apply([{ jid: JID.from(ROMEO), subscription: 'both' }]);
  await stream.idle();
  stream.skipSent();
  const told: unknown[] = [];
  xmpp.on('vcard4Changed', ({ jid, card, own }) => told.push([jid.full, card?.fullName, own]));
  return { stream, xmpp, cards: xmpp.plugin(VCard4s), told };
}

describe('cards', () => {
  it('are read where they are published, else in the older way, once for all who ask', async () => {
    const { stream, cards } = await start();
    const both = [cards.get(`${ROMEO}/x`), cards.get(ROMEO)];
    await stream.recvResult(await stream.expectSent(question(ROMEO)), items(item(fn('Romeo'))));
    for (const got of both) expect((await got)?.fullName).toBe('Romeo');
    const old = cards.get(ROMEO);
    await stream.recvError(await stream.expectSent(question(ROMEO)), 'item-not-found');
    await stream.recvResult(await stream.expectSent(`<iq type='get' id='*' to='${ROMEO}'>${vcard('')}</iq>`), fn('R'));
    expect((await old)?.fullName).toBe('R');
    const none = cards.get(ROMEO);
    await stream.recvError(await stream.expectSent(question(ROMEO)), 'service-unavailable');
    await stream.recvError(await stream.nextSent(), 'service-unavailable');
    expect(await none).toBeUndefined();
  });

  it('of ours are changed with all that is unknown in them', async () => {
    const { stream, cards } = await start();
    const unknown = `<group name='g'><tel><uri>tel:1</uri></tel></group><x-v><text>v</text></x-v><o xmlns='urn:o'/>`;
    const done = cards.update((card) => card.set({ fullName: 'Alice' }));
    await stream.recvResult(await stream.expectSent(question()), items(item(vcard(unknown), 'old')));
    await stream.recvResult(await stream.nextSent(), DISCO);
    const publish = await stream.nextSent();
    const sent = publish.child('pubsub', NS_PUBSUB)?.child('publish')?.child('item');
    expect(sent?.attribute('id')).toBe('current');
    expect(sent?.child('vcard', NS_VCARD4)?.toString()).toContain('x-v');
    expect(publish.child('pubsub', NS_PUBSUB)?.child('publish-options')).toBeUndefined();
    await stream.recvResult(publish);
    expect((await done).phones[0]?.group).toBe('g');
  });

  it('are told of as long as somebody watches, and fetched where only that is told', async () => {
    const { stream, xmpp, cards, told } = await start();
    expect(xmpp.advertised.has(`${NODE}+notify`)).toBe(false);
    await stream.recv(event(ROMEO, item(fn('unheard'))));
    const [one, two] = [cards.watch(), cards.watch()];
    one.dispose();
    expect(xmpp.advertised.has(`${NODE}+notify`)).toBe(true);
    for (const from of ['tybalt@capulet.com', `${ROMEO}/x`]) await stream.recv(event(from, item(fn('forged'))));
    await stream.recv(event(ROMEO, item(fn('Romeo'))));
    await stream.recv(event(ROMEO, `<item id='next'/>`));
    await stream.recvResult(await stream.expectSent(question(ROMEO)), items(item(fn('R'))));
    await stream.recv(event(ROMEO, `<retract id='next'/>`));
    await stream.idle();
    expect(told).toEqual(['Romeo', 'R', undefined].map((name) => [ROMEO, name, false]));
    two.dispose();
    expect(xmpp.advertised.has(`${NODE}+notify`)).toBe(false);
  });
});

describe('a card', () => {
  it('of ours is asked for without an address, and before those of others', async () => {
    const { stream, cards } = await start();
    const others = Array.from({ length: 5 }, (_, i) => cards.get(`u${i}@example.net`));
    for (const each of others) each.catch(() => {});
    const own = cards.get();
    for (let i = 0; i < 4; i++) await stream.nextSent();
    const asked = await stream.expectSent(question());
    await stream.expectNothingSent();
    await stream.recvResult(asked, items(item(fn('Alice'))));
    expect((await own)?.fullName).toBe('Alice');
  });

  it('that is empty in the older way is none', async () => {
    const { stream, cards } = await start();
    const got = cards.get(ROMEO);
    await stream.recvResult(await stream.nextSent(), items(''));
    await stream.recvResult(await stream.nextSent(), vcard(''));
    expect(await got).toBeUndefined();
  });

  it.each([
    [1, 'resource-constraint'],
    [2, 'resource-constraint'],
  ])('is not said to be none where the server fails for now, at question %i', async (failing, condition) => {
    const { stream, cards } = await start();
    const got = expect(cards.get(ROMEO)).rejects.toMatchObject({ condition });
    if (failing === 2) await stream.recvError(await stream.nextSent(), 'item-not-found');
    await stream.recvError(await stream.nextSent(), condition as 'resource-constraint');
    await got;
    await stream.expectNothingSent();
  });

  it('is waited for as long as is said', async () => {
    const { stream, xmpp, cards } = await start();
    for (const timeout of [1_000, undefined]) {
      const late = cards.get(ROMEO, { timeout }).catch((error: unknown) => error);
      await stream.idle();
      await stream.clock.advance(timeout ?? xmpp.timeout);
      expect(await late).toMatchObject({ code: 'ERR_TIMEOUT' });
    }
  });

  it.each([
    ['presence', undefined, ''],
    ['open', 'open', ''],
    ['open', 'open', item(fn('A'))],
    [undefined, undefined, item(fn('A'))],
  ] as const)('is published for %s where %s is asked for', async (model, access, before) => {
    const { stream, cards } = await start();
    cards.update((card) => card.set({ fullName: 'Alice' }), { access }).catch(() => {});
    await stream.recvResult(await stream.nextSent(), items(before));
    await stream.recvResult(await stream.nextSent(), DISCO);
    const options = (await stream.nextSent()).child('pubsub', NS_PUBSUB)?.child('publish-options');
    const found = /access_model'><value>([a-z]+)/.exec(`${options}`)?.[1];
    expect(found).toBe(model);
  });

  it('of ours is changed one after the other', async () => {
    const { stream, cards } = await start();
    const seen: (string | undefined)[] = [];
    for (const name of ['A', 'B'])
      cards.update(({ fullName }) => void seen.push(`${name} ${fullName}`)).catch(() => {});
    const first = await stream.nextSent();
    await stream.expectNothingSent();
    await stream.recvError(first, 'forbidden');
    await stream.recvResult(await stream.nextSent(), `<query xmlns='http://jabber.org/protocol/disco#info'/>`);
    await stream.recvResult(await stream.nextSent(), items(item(fn('X'))));
    await stream.idle();
    expect(seen).toEqual(['A undefined', 'B X']);
  });

  it('that was told of and cannot be had is named in the log, and nothing is told', async () => {
    const lines: string[] = [];
    class Lines extends Logger {
      debug(message: string, fields?: Readonly<Record<string, unknown>>): void {
        lines.push(`${message} ${fields?.['error']}`);
      }
      info(): void {}
      warn(): void {}
      error(): void {}
    }
    const { stream, cards, told } = await start(new Lines());
    const watching = cards.watch();
    await stream.recv(event(ROMEO, `<item id='next'/>`));
    await stream.recvError(await stream.nextSent(), 'resource-constraint');
    await stream.idle();
    expect(
      lines.filter(
        (line) => line.startsWith(`the vCard of ${ROMEO} is another one`) && line.includes('resource-constraint'),
      ),
    ).toHaveLength(1);
    await stream.recv(event(ROMEO, `<item id='other'/>`));
    const question = await stream.nextSent();
    watching.dispose();
    await stream.recvResult(question, items(item(fn('late'))));
    await stream.idle();
    expect([told, stream.errors]).toEqual([[], []]);
  });
});

describe('what we keep of others', () => {
  const CONTACTS = 'urn:xmpp:contacts';

  it('is our account’s word alone, and what others keep there is left alone', async () => {
    const { stream, cards } = await start();
    const all = cards.contacts.all();
    await stream.recvResult(
      await stream.nextSent(),
      items(item(fn('R'), ROMEO) + item(`<sealed xmlns='urn:o'/>`, 'tybalt@capulet.com'), CONTACTS),
    );
    expect([...(await all).keys()]).toEqual([ROMEO]);
    await stream.recv(event(ROMEO, item(fn('forged'), ROMEO), CONTACTS));
    await stream.recv(event('tybalt@capulet.com', item(fn('forged'), ROMEO), CONTACTS));
    const got = cards.contacts.get(`${ROMEO}/x`);
    await stream.recvResult(await stream.nextSent(), items(item(fn('R'), ROMEO), CONTACTS));
    expect((await got)?.fullName).toBe('R');
    for (const change of [
      () => cards.contacts.put('tybalt@capulet.com', new VCard4()),
      () => cards.contacts.remove('tybalt@capulet.com'),
    ]) {
      const refused = expect(change()).rejects.toBeInstanceOf(ForeignContactError);
      await stream.recvResult(
        await stream.nextSent(),
        items(item(`<sealed xmlns='urn:o'/>`, 'tybalt@capulet.com'), CONTACTS),
      );
      await refused;
    }
    await stream.expectNothingSent();
  });

  it('is taken away where it is a card, or nothing', async () => {
    const { stream, cards } = await start();
    for (const inside of [item(fn('R'), ROMEO), '']) {
      const removed = cards.contacts.remove(`${ROMEO}/x`);
      await stream.recvResult(await stream.nextSent(), items(inside, CONTACTS));
      const sent = await stream.nextSent();
      const retract = sent.child('pubsub', NS_PUBSUB)?.child('retract');
      expect([retract?.attribute('node'), retract?.firstElement?.attribute('id')]).toEqual([CONTACTS, ROMEO]);
      await stream.recvResult(sent);
      await removed;
    }
    const foreign = new ForeignContactError(ROMEO);
    expect([foreign.code, foreign.jid]).toEqual(['ERR_FOREIGN_CONTACT', ROMEO]);
  });

  it('is not sent to a server that would show it to others', async () => {
    const { stream, cards } = await start();
    const refused = expect(cards.contacts.put(ROMEO, new VCard4({ fullName: 'R' }))).rejects.toMatchObject({
      code: 'ERR_PRIVATE_STORAGE_UNSUPPORTED',
    });
    await stream.recvError(await stream.nextSent(), 'item-not-found');
    await stream.recvResult(
      await stream.nextSent(),
      `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/></query>`,
    );
    await refused;
    await stream.expectNothingSent();
  });
});
