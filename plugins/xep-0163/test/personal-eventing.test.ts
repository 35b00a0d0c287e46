import { JID } from '@sestina/core';
import { ScriptedStream } from '@sestina/testing';
import { NS_PUBSUB } from '@sestina/xep-0060';
import { describe, expect, it } from 'vitest';
import { type PepEvent, PersonalEventing } from '../src/index.js';
import { ACCOUNT, disco, event, items, MOOD, Mood, mood, NS, OWN, SECRET, useEventing } from './helpers.js';

const start = useEventing();

describe('an event', () => {
  it('is heard of our account and of contacts whose presence we see, and of nobody else', async () => {
    const { stream, pep, pubsub, heard, note, xmpp } = await start();
    pep.on(MOOD, note);
    const claimed = xmpp.claim('verona@rooms.example', { kind: 'room' });
    const forged = [
      'tybalt@capulet.com',
      'nurse@capulet.com',
      'romeo@montague.net/orchard',
      OWN,
      'capulet.com',
      'montague.net',
      'verona@rooms.example/romeo',
      'verona@rooms.example',
    ];
    for (const from of forged) await stream.recv(event(from, items('forged')));
    expect([heard, pubsub.strayEvents]).toEqual([[], forged.length]);
    await stream.recv(event('romeo@montague.net', items('sad')));
    await stream.recv(event(ACCOUNT, items('happy')));
    await stream.recv(event(undefined, items('proud')));
    expect(heard).toEqual([
      ['romeo@montague.net', 'sad'],
      [ACCOUNT, 'happy', 'own'],
      [ACCOUNT, 'proud', 'own'],
    ]);
    claimed.dispose();
  });

  it('of what is our account’s alone is believed of nobody else, whatever is asked for', async () => {
    const { stream, pep, heard, note } = await start();
    for (const from of ['contacts', 'romeo@montague.net'] as const) {
      expect(() => pep.on(SECRET, note, { from })).toThrow("our own account's alone");
    }
    pep.on(SECRET, note);
    pep.on(MOOD, note, { from: 'account' });
    for (const from of ['romeo@montague.net', 'tybalt@capulet.com']) {
      await stream.recv(event(from, items('forged', { node: SECRET.node })));
      await stream.recv(event(from, items('forged')));
    }
    await stream.recv(event(ACCOUNT, items('mine', { node: SECRET.node })));
    expect(heard).toEqual([[ACCOUNT, 'mine', 'own']]);
  });

  it('of one account is heard where it was asked for, contact or not', async () => {
    const { stream, pep, heard, note } = await start();
    pep.on(MOOD, note, { from: 'tybalt@capulet.com/x' });
    for (const from of ['tybalt@capulet.com', 'tybalt@capulet.com/x', 'romeo@montague.net']) {
      await stream.recv(event(from, items('cross')));
    }
    expect(heard).toEqual([['tybalt@capulet.com', 'cross']]);
    expect(() => pep.on(MOOD, note, { from: '@' })).toThrow();
  });

  it('says whether it is the first, who has published it, and is not told twice', async () => {
    const { stream, pep } = await start();
    const seen: PepEvent<Mood>[] = [];
    pep.on(MOOD, (each) => void seen.push(each));
    const reply = (jid: string): string =>
      `<addresses xmlns='http://jabber.org/protocol/address'><address type='replyto' jid='${jid}'/></addresses>`;
    await stream.recv(event('romeo@montague.net', items('sad'), reply('romeo@montague.net/orchard')));
    await stream.recv(event('romeo@montague.net', items('sad'), reply('romeo@montague.net/orchard')));
    await stream.recv(event('romeo@montague.net', items('glad'), reply('tybalt@capulet.com/sword')));
    expect(seen.map(({ initial, resource, value }) => [value?.is, initial, resource])).toEqual([
      ['sad', true, 'orchard'],
      ['glad', false, undefined],
    ]);
    expect(pep.last(MOOD, 'romeo@montague.net')?.value?.is).toBe('glad');
    expect(pep.last(MOOD)).toBeUndefined();
    await stream.recv(event('romeo@montague.net', `<items node='${NS}'><retract id='current'/></items>`));
    expect(pep.last(MOOD, 'romeo@montague.net')).toBeUndefined();
    await stream.recv(event('romeo@montague.net', items('glad')));
    await stream.recv(event('romeo@montague.net', `<purge node='${NS}'/>`));
    await stream.recv(event('romeo@montague.net', `<delete node='${NS}'/>`));
    expect(seen.slice(2).map(({ type }) => type)).toEqual(['retracted', 'published', 'purged', 'deleted']);
    await stream.recv(event('romeo@montague.net', items('mad')));
    await stream.disconnect();
    expect(pep.last(MOOD, 'romeo@montague.net')).toBeUndefined();
    expect(stream.errors).toEqual([]);
  });

  it('keeps only so much', async () => {
    const { stream, xmpp, pep, note } = await start({ plugins: [[PersonalEventing, { maxKept: 2 }]] as never });
    pep.on(MOOD, note);
    const names = ['a@x.example', 'b@x.example', 'c@x.example'];
    xmpp.roster.of().apply(names.map((name) => ({ jid: JID.from(name), subscription: 'both' as const })));
    for (const from of names) await stream.recv(event(from, items('m')));
    expect(names.map((name) => pep.last(MOOD, name)?.value?.is)).toEqual([undefined, 'm', 'm']);
  });
});

describe('listening', () => {
  it('announces the node as long as somebody does, and has our presence say so once', async () => {
    const { stream, xmpp, pep, heard, note } = await start();
    xmpp.sendPresence({});
    await stream.idle();
    stream.skipSent();
    const [one, other] = [pep.on(MOOD, note), pep.on(MOOD, note)];
    await stream.idle();
    const caps = async (): Promise<number> => {
      await stream.clock.runUntilIdle();
      await new Promise((resolve) => setImmediate(resolve));
      await stream.idle();
      return stream.sent.filter(({ name }) => name === 'presence').length;
    };
    expect(xmpp.advertised.has(`${NS}+notify`)).toBe(true);
    one.dispose();
    expect(xmpp.advertised.has(`${NS}+notify`)).toBe(true);
    await stream.recv(event(ACCOUNT, items('happy')));
    expect(heard.splice(0)).toEqual([[ACCOUNT, 'happy', 'own']]);
    expect(await caps()).toBeGreaterThan(0);
    other.dispose();
    expect(xmpp.advertised.has(`${NS}+notify`)).toBe(false);
    await stream.recv(event(ACCOUNT, items('sad')));
    expect(heard).toEqual([]);
    pep.on(MOOD, note);
    xmpp.remove(PersonalEventing);
    expect(xmpp.advertised.has(`${NS}+notify`)).toBe(false);
    await stream.recv(event(ACCOUNT, items('late')));
    expect(heard).toEqual([]);
    expect(() => pep.on(MOOD, note)).toThrow('was removed');
    await expect(pep.supported()).rejects.toThrow('was removed');
  });

  it('is one connection’s alone, and no component’s', async () => {
    const [one, two] = [await start(), await start()];
    one.pep.on(MOOD, one.note);
    two.pep.on(MOOD, two.note);
    await one.stream.recv(event(ACCOUNT, items('happy')));
    expect([one.heard.length, two.heard.length, two.pep.last(MOOD)]).toEqual([1, 0, undefined]);
    await expect(ScriptedStream.start({ kind: 'component', plugins: [PersonalEventing] })).rejects.toThrow('xep-0163');
    for (const options of [{ maxKept: 0 }, { maxKeptBytes: Number.NaN }]) {
      one.xmpp.remove(PersonalEventing);
      expect(() => one.xmpp.use(PersonalEventing, options)).toThrow('is a number from 1');
    }
  });
});

describe('publishing', () => {
  const published = (is: string): string =>
    `<iq type='set' id='*'><pubsub xmlns='${NS_PUBSUB}'><publish node='${NS}'><item id='current'>${mood(is)}</item></publish></pubsub></iq>`;

  it('goes to our account, once it is known that it has personal eventing', async () => {
    const { stream, pep } = await start();
    const refused = expect(pep.publish(MOOD, new Mood({ is: 'sad' }))).rejects.toMatchObject({
      code: 'ERR_PEP_UNSUPPORTED',
    });
    await stream.recvResult(await stream.nextSent(), `<query xmlns='http://jabber.org/protocol/disco#info'/>`);
    await refused;
    await stream.expectNothingSent();
    const other = await start();
    const done = other.pep.publish(MOOD, new Mood({ is: 'sad' }));
    await other.stream.recvResult(await other.stream.nextSent(), disco());
    await other.stream.recvResult(await other.stream.expectSent(published('sad')));
    expect(await done).toBe('current');
    const held = expect(other.pep.publish(MOOD, new Mood({ is: 'x' }), { access: 'whitelist' })).rejects.toMatchObject({
      code: 'ERR_PUBLISH_OPTIONS_UNSUPPORTED',
    });
    await held;
    await other.stream.expectNothingSent();
  });

  it('is told to our listeners once, whether the server tells it before, after, or not at all', async () => {
    for (const when of ['before', 'after', 'never'] as const) {
      const { stream, pep, heard, note } = await start();
      pep.on(MOOD, note);
      await stream.idle();
      stream.skipSent();
      for (const is of ['sad', 'glad', 'sad']) {
        const done = pep.publish(MOOD, new Mood({ is }));
        let sent = await stream.nextSent();
        if (sent.child('query', 'http://jabber.org/protocol/disco#info')) {
          await stream.recvResult(sent, disco());
          sent = await stream.nextSent();
        }
        if (when === 'before') await stream.recv(event(ACCOUNT, items(is)));
        await stream.recvResult(sent);
        await done;
        if (when === 'after') await stream.recv(event(ACCOUNT, items(is)));
        await stream.idle();
      }
      expect(heard).toEqual(['sad', 'glad', 'sad'].map((is) => [ACCOUNT, is, 'own']));
    }
  });

  it('ends with what says so, or by taking the item back', async () => {
    const { stream, pep } = await start();
    const done = pep.stop(MOOD);
    await stream.recvResult(
      await stream.expectSent(
        `<iq type='set' id='*'><pubsub xmlns='${NS_PUBSUB}'><retract node='${NS}' notify='*'><item id='current'/></retract></pubsub></iq>`,
      ),
    );
    await done;
    const empty = pep.stop(MOOD, { empty: new Mood({}) });
    await stream.recvResult(await stream.nextSent(), disco());
    await stream.recvResult(await stream.nextSent());
    await empty;
    const reason = new Error('enough');
    await expect(pep.publish(MOOD, new Mood({}), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
