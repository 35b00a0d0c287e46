import { JID, Logger, parseDocument } from '@sestina/core';
import { definePubSubNode, NS_PUBSUB } from '@sestina/xep-0060';
import { describe, expect, it } from 'vitest';
import { type PepEvent, PersonalEventing } from '../src/index.js';
import { ACCOUNT, disco, event, items, MOOD, Mood, mood, NS, useEventing } from './helpers.js';

const start = useEventing();
const ROMEO = 'romeo@montague.net';
const retract = (id: string): string => `<items node='${NS}'><retract id='${id}'/></items>`;

describe('what was heard', () => {
  it('stays where another item is taken back, and is told to be gone once', async () => {
    const { stream, xmpp, pep, heard, note } = await start();
    const all: unknown[] = [];
    xmpp.on('pepEvent', ({ type, value }) => all.push([type, value?.attribute('is')]));
    pep.on(MOOD, note);
    await stream.recv(event(ROMEO, retract('current')) + event(ROMEO, items('sad')) + event(ROMEO, retract('other')));
    expect(pep.last(MOOD, ROMEO)?.value?.is).toBe('sad');
    for (const inside of [retract('current'), retract('current'), `<purge node='${NS}'/>`, `<purge node='${NS}'/>`]) {
      await stream.recv(event(ROMEO, inside));
    }
    expect(heard).toEqual(
      ['retracted current', 'sad', 'retracted other', 'retracted current', 'purged '].map((each) => [ROMEO, each]),
    );
    expect(all).toEqual([
      ['retracted', undefined],
      ['published', 'sad'],
      ['retracted', undefined],
      ['retracted', undefined],
      ['purged', undefined],
    ]);
  });

  it('is another item by its id, and by what is in it, and may have nothing in it', async () => {
    const { stream, pep, heard, note } = await start();
    pep.on(MOOD, note);
    await stream.recv(event(ROMEO, items('sad', { id: 'a' })) + event(ROMEO, items('sad', { id: 'b' })));
    await stream.recv(event(ROMEO, `<items node='${NS}'><item id='b'/></items>`));
    await stream.recv(event(ROMEO, `<configuration node='${NS}'/>`));
    expect([heard, stream.errors]).toEqual([['sad', 'sad', undefined].map((is) => [ROMEO, is]), []]);
  });

  it('is told to each who listens, to one after the other', async () => {
    const { stream, pep, heard, note } = await start();
    const slow: string[] = [];
    let go = (): void => {};
    pep.on(MOOD, async ({ value }) => {
      slow.push(`${value?.is}`);
      await new Promise<void>((resolve) => {
        go = resolve;
      });
    });
    pep.on(MOOD, note);
    await stream.recv(event(ROMEO, items('sad')) + event(ROMEO, items('glad')));
    expect([slow, heard]).toEqual([
      ['sad'],
      [
        [ROMEO, 'sad'],
        [ROMEO, 'glad'],
      ],
    ]);
    go();
    await stream.idle();
    expect(slow).toEqual(['sad', 'glad']);
  });

  it.each([
    [0, ['m', 'm']],
    [-1, [undefined, 'm']],
  ])('is kept to the byte: %i', async (more, kept) => {
    const text = JSON.stringify(['mood', NS, [['is', 'm']], []]);
    const one = 500 + 4 * text.length + 2 * ('current'.length + `a@x.example\n${NS}`.length);
    const options = { maxKept: 10, maxKeptBytes: 2 * one + more };
    const { stream, xmpp, pep, note } = await start({ plugins: [[PersonalEventing, options]] as never });
    pep.on(MOOD, note);
    const names = ['a@x.example', 'b@x.example'];
    xmpp.roster.of().apply(names.map((name) => ({ jid: JID.from(name), subscription: 'both' as const })));
    for (const from of names) await stream.recv(event(from, items('m')));
    expect(names.map((name) => pep.last(MOOD, name)?.value?.is)).toEqual(kept);
    xmpp.remove(PersonalEventing);
    expect(xmpp.use(PersonalEventing, { maxKept: 1, maxKeptBytes: 1 })).toBeInstanceOf(PersonalEventing);
  });
});

describe('before the roster is known', () => {
  class Lines extends Logger {
    readonly lines: string[] = [];
    debug(message: string, fields?: Readonly<Record<string, unknown>>): void {
      this.lines.push(`${message} ${fields?.['error']}`);
    }
    info(): void {}
    warn(): void {}
    error(): void {}
  }

  async function early() {
    const logger = new Lines();
    const world = await start({ options: { logger } });
    const { xmpp, pep, note } = world;
    const roster = xmpp.roster.of();
    roster.apply([{ jid: JID.from(ROMEO), subscription: 'remove' } as never]);
    let loaded = false;
    Object.defineProperty(roster, 'loaded', { get: () => loaded });
    const { promise, resolve, reject } = (() => {
      let yes = (): void => {};
      let no = (_error: Error): void => {};
      const waiting = new Promise<void>((onYes, onNo) => {
        yes = onYes;
        no = onNo;
      });
      waiting.catch(() => {});
      return { promise: waiting, resolve: () => yes(), reject: (error: Error) => no(error) };
    })();
    roster.load = async () => {
      await promise;
      loaded = true;
      roster.apply([{ jid: JID.from(ROMEO), subscription: 'to' }]);
    };
    pep.on(MOOD, note);
    return { ...world, logger, resolve, reject };
  }

  it('what comes waits for it, and is heard of contacts alone', async () => {
    const { stream, heard, resolve, pubsub } = await early();
    await stream.recv(event(ROMEO, items('sad')) + event('tybalt@capulet.com', items('cross')));
    expect(heard).toEqual([]);
    resolve();
    await stream.idle();
    expect(heard).toEqual([[ROMEO, 'sad']]);
    await stream.recv(event('tybalt@capulet.com', items('cross')));
    expect([heard.length, pubsub.strayEvents]).toEqual([1, 1]);
  });

  it('what comes is dropped where it cannot be had, and the log says so', async () => {
    const { stream, heard, reject, logger } = await early();
    await stream.recv(event(ROMEO, items('sad')));
    reject(new Error('no answer'));
    await stream.idle();
    expect([heard, stream.errors]).toEqual([[], []]);
    expect(
      logger.lines.filter((line) => line.includes(`an event of ${ROMEO} was dropped`) && line.includes('no answer')),
    ).toHaveLength(1);
  });

  it('what comes is nothing for a plugin that was removed meanwhile', async () => {
    const { stream, xmpp, heard, resolve } = await early();
    const told: unknown[] = [];
    xmpp.on('pepEvent', (each) => told.push(each));
    await stream.recv(event(ROMEO, items('sad')));
    xmpp.remove(PersonalEventing);
    resolve();
    await stream.idle();
    expect([heard, told, stream.errors]).toEqual([[], [], []]);
  });

  it('two thousand wait', async () => {
    const { stream, pubsub, resolve } = await early();
    for (let n = 0; n < 20; n++) {
      await stream.recv(Array.from({ length: 100 }, (_, i) => event(`c${n * 100 + i}@x.example`, items('m'))).join(''));
    }
    expect(pubsub.strayEvents).toBe(0);
    await stream.recv(event(ROMEO, items('m')));
    expect(pubsub.strayEvents).toBe(1);
    resolve();
    await stream.idle();
    await stream.recv(event(ROMEO, items('m')));
    expect(pubsub.strayEvents).toBe(1);
  });
});

describe('what we publish', () => {
  async function publisher(features: readonly string[] = []) {
    const world = await start();
    const { stream, pep, note } = world;
    pep.on(MOOD, note);
    await pepSupported(world, features);
    const publish = async (value: Mood, answer = '', before = ''): Promise<string> => {
      stream.skipSent();
      const done = pep.publish(MOOD, value);
      const sent = await stream.nextSent();
      if (before) await stream.recv(before);
      await stream.recvResult(sent, answer);
      return done;
    };
    return { ...world, publish };
  }
  async function pepSupported(
    { stream, pep }: Awaited<ReturnType<typeof start>>,
    features: readonly string[],
  ): Promise<void> {
    await stream.idle();
    stream.skipSent();
    const known = pep.supported();
    await stream.recvResult(await stream.nextSent(), disco(...features));
    await known;
  }

  it('is heard once, however late and in which words the server tells it', async () => {
    const { stream, heard, publish } = await publisher();
    const rich = (attributes: string): string =>
      `<mood xmlns='${NS}' ${attributes}><a xmlns='urn:a' x='1' y='2'/>text<b xmlns='urn:b'/></mood>`;
    await publish(new Mood(parseDocument(rich(`is='sad' more='x'`))));
    await publish(new Mood({ is: 'glad' }));
    const told = rich(`more='x' is='sad'`).replace(`x='1' y='2'`, `y='2' x='1'`);
    await stream.recv(
      event(ACCOUNT, `<items node='${NS}'><item id='current'>${told}</item></items>`) + event(ACCOUNT, items('glad')),
    );
    expect(heard).toEqual(['sad', 'glad'].map((is) => [ACCOUNT, is, 'own']));
    // And what another device says then is news.
    for (const other of [
      told.replace('text', 'words'),
      told.replace('urn:b', 'urn:c'),
      told.replace(`x='1'`, `x='3'`),
    ]) {
      await stream.recv(event(ACCOUNT, `<items node='${NS}'><item id='current'>${other}</item></items>`));
    }
    expect(heard).toHaveLength(5);
  });

  it('that was told by the server is news where another device says it again', async () => {
    const { stream, heard, publish } = await publisher();
    await publish(new Mood({ is: 'sad' }), '', event(ACCOUNT, items('sad')));
    await stream.recv(event(ACCOUNT, items('glad')) + event(ACCOUNT, items('sad')));
    expect(heard).toEqual(['sad', 'glad', 'sad'].map((is) => [ACCOUNT, is, 'own']));
  });

  it('has the id that the server gives', async () => {
    const { stream, pep, heard, publish } = await publisher();
    const given = await publish(
      new Mood({ is: 'sad' }),
      `<pubsub xmlns='${NS_PUBSUB}'><publish node='${NS}'><item id='given'/></publish></pubsub>`,
      event(ROMEO, items('other')),
    );
    await publish(new Mood({ is: 'glad' }));
    await stream.recv(event(ACCOUNT, items('sad', { id: 'given' })));
    expect([given, heard.length, pep.last(MOOD)?.value?.is]).toEqual(['given', 3, 'glad']);
  });

  it('is what it was when it was published', async () => {
    const { stream, pep } = await publisher();
    const seen: PepEvent<Mood>[] = [];
    pep.on(MOOD, (each) => void seen.push(each));
    const value = new Mood({ is: 'sad' });
    stream.skipSent();
    const done = pep.publish(MOOD, value);
    const sent = await stream.nextSent();
    value.is = 'glad';
    await stream.recvResult(sent);
    await done;
    expect(seen.map((each) => each.value?.is)).toEqual(['sad']);
  });

  it('is for whom it says, for groups, or for whom its definition says', async () => {
    const access = async (options: Parameters<PersonalEventing['publish']>[2], config = {}) => {
      const { stream, pep } = await publisher(['publish-options']);
      const definition = definePubSubNode({ node: NS, payload: Mood, itemId: 'current', config });
      pep.publish(definition, new Mood({ is: 'x' }), options).catch(() => {});
      const form = (await stream.nextSent()).child('pubsub', NS_PUBSUB)?.child('publish-options')?.firstElement;
      return (form?.elements() ? [...form.elements()] : [])
        .map((each) => `${each.attribute('var')} ${each.child('value')?.text}`)
        .slice(1);
    };
    expect(await access({ groups: ['Friends'] })).toEqual([
      'pubsub#access_model roster',
      'pubsub#roster_groups_allowed Friends',
    ]);
    expect(await access({ access: 'open' })).toEqual(['pubsub#access_model open']);
    expect(await access({}, { accessModel: 'whitelist' })).toEqual(['pubsub#access_model whitelist']);
  });
});

describe('asking', () => {
  it('is for the newest item of somebody, and taking it back needs its id', async () => {
    const { stream, pep } = await start();
    const got = pep.get(MOOD, `${ROMEO}/orchard`);
    const question = await stream.nextSent();
    expect(question.attribute('to')).toBe(ROMEO);
    await stream.recvResult(
      question,
      `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS}'><item id='a'>${mood('sad')}</item></items></pubsub>`,
    );
    expect((await got)?.id).toBe('a');
    const many = definePubSubNode({ node: NS, payload: Mood });
    for (const inside of [`<item id='a'>${mood('sad')}</item>`, '']) {
      const stopped = pep.stop(many);
      await stream.recvResult(
        await stream.nextSent(),
        `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS}'>${inside}</items></pubsub>`,
      );
      if (inside) {
        const sent = await stream.nextSent();
        expect(sent.child('pubsub', NS_PUBSUB)?.child('retract')?.firstElement?.attribute('id')).toBe('a');
        await stream.recvResult(sent);
      }
      await stopped;
    }
    await stream.expectNothingSent();
  });
});
