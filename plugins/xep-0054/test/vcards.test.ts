import { JID, StanzaError } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_VCARD, VCard, VCardChangedError, type VCardProvider, VCards } from '../src/index.js';

const streams = useStreams(afterEach);
const vCard = (inside = ''): string => `<vCard xmlns='${NS_VCARD}'>${inside}</vCard>`;
const get = (to?: string): string => `<iq type='get' id='*'${to ? ` to='${to}'` : ''}>${vCard()}</iq>`;
const set = (inside: string): string => `<iq type='set' id='*'>${vCard(inside)}</iq>`;
const photo = (bytes: number): string =>
  `<PHOTO><TYPE>image/png</TYPE><BINVAL>${'A'.repeat((bytes / 3) * 4)}</BINVAL></PHOTO>`;

async function start(options = {}) {
  const stream = await ScriptedStream.start({ jid: 'alice@example.org/desk', plugins: [[VCards, options]] });
  streams.keep(stream);
  return { stream, xmpp: stream.xmpp, cards: stream.xmpp.plugin(VCards) };
}

describe('the card of somebody', () => {
  it('is asked for at the bare address, once for all who ask, and kept without its pictures', async () => {
    const { stream, cards } = await start();
    const [one, two] = [cards.get('juliet@capulet.lit/balcony'), cards.get('juliet@capulet.lit')];
    await stream.recvResult(await stream.expectSent(get('juliet@capulet.lit')), vCard(`<FN>Juliet</FN>${photo(300)}`));
    expect((await one)?.photo?.data).toHaveLength(300);
    expect((await two)?.fullName).toBe('Juliet');
    const known = await cards.get('juliet@capulet.lit', { photo: false });
    expect([known?.fullName, known?.photo]).toEqual(['Juliet', undefined]);
    await stream.expectNothingSent();
    const again = cards.get('juliet@capulet.lit');
    await stream.recvResult(await stream.expectSent(get('juliet@capulet.lit')), vCard('<FN>J</FN>'));
    expect((await again)?.fullName).toBe('J');
    // Of a card without pictures all is known.
    expect((await cards.get('juliet@capulet.lit'))?.fullName).toBe('J');
    await stream.clock.advance(3_600_000);
    const later = cards.get('juliet@capulet.lit');
    await stream.recvResult(await stream.expectSent(get('juliet@capulet.lit')), vCard('<FN>K</FN>'));
    expect((await later)?.fullName).toBe('K');
  });

  it('is not there where servers say so in any of three ways, for a day', async () => {
    const { stream, cards } = await start();
    for (const [jid, condition] of [
      ['a@example.net', 'item-not-found'],
      ['b@example.net', 'service-unavailable'],
      ['c@example.net', undefined],
    ] as const) {
      const asked = cards.get(jid);
      const request = await stream.expectSent(get(jid));
      await (condition ? stream.recvError(request, condition) : stream.recvResult(request, vCard()));
      expect(await asked).toBeUndefined();
      await stream.clock.advance(23 * 3_600_000);
      stream.skipSent();
      expect(await cards.get(jid)).toBeUndefined();
    }
    await stream.expectNothingSent();
  });

  it('is asked for again five minutes after nobody answered, and a refusal of another kind is told', async () => {
    const { stream, cards } = await start();
    const silent = expect(cards.get('a@example.net', { timeout: 1_000 })).rejects.toThrow('a@example.net');
    await stream.expectSent(get('a@example.net'));
    await stream.clock.advance(1_000);
    await silent;
    const refused = expect(cards.get('b@example.net')).rejects.toBeInstanceOf(StanzaError);
    await stream.recvError(await stream.expectSent(get('b@example.net')), 'forbidden');
    await refused;
    const gone = expect(cards.get('c@example.net')).rejects.toMatchObject({ condition: 'remote-server-timeout' });
    await stream.recvError(await stream.expectSent(get('c@example.net')), 'remote-server-timeout');
    await gone;
    await expect(cards.get('c@example.net')).rejects.toMatchObject({ condition: 'remote-server-timeout' });
    await stream.expectNothingSent();
    await stream.clock.advance(300_000);
    stream.skipSent();
    const again = cards.get('c@example.net');
    await stream.recvResult(await stream.expectSent(get('c@example.net')), vCard('<FN>C</FN>'));
    expect((await again)?.fullName).toBe('C');
  });

  it('comes without a picture that is too large, and with what is no base64 for none', async () => {
    const { stream, cards } = await start({ maxPhotoBytes: 300 });
    for (const [inside, length] of [
      [photo(300), 300],
      [photo(303), undefined],
      [`<PHOTO><BINVAL>\n${'AAAA\n'.repeat(100)}</BINVAL></PHOTO>`, 300],
      ['<PHOTO><BINVAL>!!!!</BINVAL></PHOTO>', undefined],
      ['<PHOTO><BINVAL/></PHOTO>', undefined],
    ] as const) {
      const asked = cards.get('a@example.net', { cached: false });
      await stream.recvResult(await stream.nextSent(), vCard(`<FN>A</FN>${inside}`));
      const card = await asked;
      expect([card?.fullName, card?.photo?.data?.length]).toEqual(['A', length]);
    }
    const asked = cards.get('a@example.net', { cached: false });
    await stream.recvResult(await stream.nextSent(), vCard('<PHOTO><EXTVAL>http://10.0.0.1/x</EXTVAL></PHOTO>'));
    expect((await asked)?.photo).toEqual({ url: 'http://10.0.0.1/x' });
    await stream.expectNothingSent();
  });

  it('is asked for with four at once, of four hundred', async () => {
    const { stream, cards } = await start();
    const settled: unknown[] = [];
    for (let n = 0; n < 400; n++) {
      cards.get(`user${n}@example.net`).then(
        (card) => settled.push(card?.fullName),
        (error) => settled.push(error.code),
      );
    }
    let answered = 0;
    for (;;) {
      await stream.idle();
      const open = stream.sent.slice(answered);
      if (open.length === 0) break;
      expect(open.length).toBeLessThanOrEqual(4);
      for (const request of open) {
        answered += 1;
        await stream.recvResult(request, vCard('<FN>X</FN>'));
      }
    }
    expect(settled.filter((each) => each === 'X')).toHaveLength(204);
    expect(settled.filter((each) => each === 'ERR_BUSY')).toHaveLength(196);
  });

  it('of an occupant of a room is the room’s to give', async () => {
    const { stream, xmpp, cards } = await start();
    xmpp.claim('club@rooms.example', { kind: 'room' });
    for (const address of ['club@rooms.example/nick', 'club@rooms.example']) {
      const asked = cards.get(address);
      await stream.recvResult(await stream.expectSent(get(address)), vCard('<FN>X</FN>'));
      expect((await asked)?.fullName).toBe('X');
    }
  });
});

describe('what is known', () => {
  it('is forgotten with the session, and where somebody says that it is another one', async () => {
    const { stream, cards } = await start({ maxKept: 1 });
    const ask = async (name: string): Promise<void> => {
      const asked = cards.get('a@example.net/x');
      await stream.recvResult(await stream.expectSent(get('a@example.net')), vCard(`<FN>${name}</FN>`));
      expect((await asked)?.fullName).toBe(name);
    };
    await ask('A');
    expect((await cards.get('a@example.net'))?.fullName).toBe('A');
    cards.forget('a@example.net/y');
    await ask('B');
    await stream.disconnect();
    await stream.connect();
    stream.skipSent();
    await ask('C');
    for (const maxAge of [0, '5']) {
      stream.xmpp.remove(VCards);
      expect(() => stream.xmpp.use(VCards, { maxAge: maxAge as never })).toThrow('maxAge');
    }
  });

  it('is of contacts before strangers', async () => {
    const { stream, xmpp, cards } = await start({ maxKept: 2 });
    xmpp.roster.of().apply([{ jid: JID.parse('friend@example.net'), subscription: 'both' }]);
    for (const jid of ['friend@example.net', 'a@example.net', 'b@example.net']) {
      const asked = cards.get(jid);
      await stream.recvResult(await stream.nextSent(), vCard('<FN>X</FN>'));
      await asked;
    }
    await cards.get('friend@example.net');
    await stream.expectNothingSent();
  });

  it('is not our own card, however it is asked for, which nobody else’s questions delay', async () => {
    const { stream, cards } = await start();
    for (const jid of [undefined, 'alice@example.org', 'alice@example.org/other']) {
      const asked = cards.get(jid, { timeout: 1_000 });
      await stream.recvResult(await stream.expectSent(get()), vCard('<FN>Alice</FN>'));
      expect((await asked)?.fullName).toBe('Alice');
    }
    const late = expect(cards.get(undefined, { timeout: 1_000 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await stream.nextSent();
    await stream.clock.advance(1_000);
    await late;
  });
});

describe('our own card', () => {
  const vendor = `<X-VENDOR a='1'>v</X-VENDOR><PHOTO><TYPE>image/png</TYPE><BINVAL>AAAA</BINVAL></PHOTO>`;

  it('is changed one after the other, with all that is unknown in it', async () => {
    const { stream, cards } = await start();
    const done = [
      cards.update((card) => {
        card.nickname = 'al';
      }),
      cards.update((card) => {
        card.fullName = 'Alice';
      }),
    ];
    let stands = vendor;
    for (const wanted of [`${vendor}<NICKNAME>al</NICKNAME>`, `${vendor}<NICKNAME>al</NICKNAME><FN>Alice</FN>`]) {
      await stream.recvResult(await stream.expectSent(get()), vCard(stands));
      await stream.recvResult(await stream.expectSent(get()), vCard(`\n  ${stands}`));
      await stream.recvResult(await stream.expectSent(set(wanted)));
      stands = wanted;
    }
    expect((await done[1])?.nickname).toBe('al');
  });

  it('is compared however deep what is unknown in it goes', async () => {
    const { stream, cards } = await start();
    const deep = `${'<x>'.repeat(40)}${'</x>'.repeat(40)}`;
    const updated = cards.update((card) => card.set({ nickname: 'Al' }));
    await stream.recvResult(await stream.expectSent(get()), vCard(deep));
    await stream.recvResult(await stream.expectSent(get()), vCard(deep));
    await stream.recvResult(await stream.expectSent(set(`${deep}<NICKNAME>Al</NICKNAME>`)));
    expect((await updated).nickname).toBe('Al');
  });

  it('is not written over what another device has changed, unless that is wanted', async () => {
    const { stream, cards } = await start();
    const refused = expect(cards.update(() => {})).rejects.toBeInstanceOf(VCardChangedError);
    await stream.recvResult(await stream.nextSent(), vCard('<FN>A</FN>'));
    await stream.recvResult(await stream.nextSent(), vCard('<FN>B</FN>'));
    await refused;
    const forced = cards.update((card) => card.set({ title: 'T' }), { force: true });
    await stream.recvError(await stream.expectSent(get()), 'item-not-found');
    await stream.recvResult(await stream.expectSent(set('<TITLE>T</TITLE>')));
    await forced;
    const failing = expect(
      cards.update(() => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await stream.recvResult(await stream.nextSent(), vCard());
    await failing;
    await stream.expectNothingSent();
  });

  it('is one that no client answers for', async () => {
    const { stream, cards } = await start();
    expect(() => cards.serve({ get: () => new VCard() })).toThrow('served by its server');
    await stream.recv(`<iq type='get' id='q1' from='eve@evil.example/x'>${vCard()}</iq>`);
    expect((await stream.nextSent()).attribute('type')).toBe('error');
  });
});

describe('a component', () => {
  async function component(provider: VCardProvider, options = {}) {
    const stream = await ScriptedStream.start({ kind: 'component', jid: 'gw.example', plugins: [[VCards, options]] });
    streams.keep(stream);
    const cards = stream.xmpp.plugin(VCards);
    const ask = async (to: string, type = 'get', inside = '', from = 'eve@evil.example/x') => {
      await stream.recv(`<iq type='${type}' id='q1' from='${from}' to='${to}'>${vCard(inside)}</iq>`);
      const answer = await stream.nextSent();
      const error = answer.child('error')?.firstElement?.name;
      return error ?? answer.child('vCard', NS_VCARD)?.child('FN')?.text ?? 'done';
    };
    return { stream, cards, ask, served: cards.serve(provider) };
  }

  it('serves two addresses, and an unknown one is the same as one without a card', async () => {
    const names = new Map([
      ['a@gw.example', 'A'],
      ['b@gw.example', 'B'],
    ]);
    const { stream, cards, ask, served } = await component({
      get: ({ jid }) => (names.has(`${jid}`) ? new VCard({ fullName: names.get(`${jid}`) }) : undefined),
    });
    expect(stream.xmpp.advertised.has(NS_VCARD)).toBe(true);
    const special = cards.serve({ get: () => new VCard({ fullName: 'C' }) }, { jid: 'c@gw.example' });
    expect([await ask('a@gw.example'), await ask('b@gw.example'), await ask('c@gw.example')]).toEqual(['A', 'B', 'C']);
    expect(await ask('d@gw.example')).toBe('service-unavailable');
    expect(await ask('a@gw.example', 'set')).toBe('forbidden');
    special.dispose();
    served.dispose();
    expect(stream.xmpp.advertised.has(NS_VCARD)).toBe(false);
    expect(await ask('a@gw.example')).toBe('service-unavailable');
    await expect(cards.get()).rejects.toThrow('say whose card');
  });

  it('has its cards changed by their owners alone, and shows no more than a stanza holds', async () => {
    let card = new VCard({ fullName: 'A', photo: { type: 'image/png', data: new Uint8Array(400) } });
    const { stream, ask } = await component(
      {
        get: () => card,
        set: (_question, given) => {
          card = new VCard(given.xml.copy());
        },
        owner: ({ from }) => from?.bare.full === 'juliet@capulet.lit',
      },
      { maxPhotoBytes: 300 },
    );
    expect(await ask('a@gw.example', 'set', '<FN>E</FN>')).toBe('forbidden');
    expect(await ask('a@gw.example')).toBe('A');
    expect(stream.sent.at(-1)?.child('vCard', NS_VCARD)?.child('PHOTO')).toBeUndefined();
    expect(await ask('a@gw.example', 'set', '<FN>J</FN>', 'juliet@capulet.lit/x')).toBe('done');
    expect(await ask('a@gw.example')).toBe('J');
  });
});

describe('a component', () => {
  it('asks as each of its addresses, and has no card of its own to change', async () => {
    const stream = streams.keep(
      await ScriptedStream.start({ kind: 'component', jid: 'gw.example', plugins: [VCards] }),
    );
    const cards = stream.xmpp.plugin(VCards);
    for (const from of ['a@gw.example', 'b@gw.example/x', undefined]) {
      const asked = cards.get('juliet@capulet.lit', { from });
      const request = await stream.nextSent();
      expect(request.attribute('from')).toBe(from);
      await stream.recvResult(request, vCard(`<FN>${from}</FN>`));
      expect((await asked)?.fullName).toBe(`${from}`);
    }
    expect((await cards.get('juliet@capulet.lit', { from: 'b@gw.example' }))?.fullName).toBe('b@gw.example/x');
    await stream.expectNothingSent();
    const own = cards.get('gw.example');
    await stream.recvResult(await stream.nextSent(), vCard('<FN>GW</FN>'));
    expect((await own)?.fullName).toBe('GW');
    await expect((async () => cards.update(() => {}))()).rejects.toMatchObject({ option: 'jid' });
    await expect((async () => cards.replace(new VCard()))()).rejects.toMatchObject({ option: 'jid' });
  });

  it('announces cards as long as some address has one', async () => {
    const stream = streams.keep(
      await ScriptedStream.start({ kind: 'component', jid: 'gw.example', plugins: [VCards] }),
    );
    const cards = stream.xmpp.plugin(VCards);
    const served = [
      cards.serve({ get: () => undefined }),
      cards.serve({ get: () => undefined }, { jid: 'a@gw.example' }),
    ];
    const announced = [stream.xmpp.advertised.has(NS_VCARD)];
    for (const each of served) {
      each.dispose();
      announced.push(stream.xmpp.advertised.has(NS_VCARD));
    }
    expect(announced).toEqual([true, true, false]);
  });

  it('has nobody change what has no owner', async () => {
    const stream = streams.keep(
      await ScriptedStream.start({ kind: 'component', jid: 'gw.example', plugins: [VCards] }),
    );
    const written: unknown[] = [];
    stream.xmpp.plugin(VCards).serve({ get: () => undefined, set: (_question, card) => void written.push(card) });
    await stream.recv(`<iq type='set' id='q' from='eve@evil.example/x' to='gw.example'>${vCard('<FN>E</FN>')}</iq>`);
    expect((await stream.nextSent()).child('error')?.firstElement?.name).toBe('forbidden');
    expect([written, stream.errors]).toEqual([[], []]);
  });
});

it('reads days of birth, whole addresses and what stands in them', () => {
  const days = ['1966-08-06', ' 19660806 ', '1966-08-06T00:00:00Z', '1966-13-06', '6 August', ''];
  const read = days.map((birthday) => new VCard({ birthday }).birthDate);
  expect(read).toEqual(['1966-08-06', '1966-08-06', '1966-08-06', undefined, undefined, undefined]);
});
