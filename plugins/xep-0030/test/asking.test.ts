import { TimeoutError } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions } from '@sestina/testing';
import {
  DiscoInfo,
  MAX_CACHED,
  MAX_CACHED_SIZE,
  MAX_CACHED_TOTAL,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  ServiceDiscovery,
  type ServiceDiscoveryOptions,
  TooManyItemsError,
} from '@sestina/xep-0030';
import { describe, expect, it } from 'vitest';

const INFO = (...features: string[]): string =>
  `<query xmlns='${NS_DISCO_INFO}'><identity category='client' type='pc'/>${features
    .map((feature) => `<feature var='${feature}'/>`)
    .join('')}</query>`;
const ITEMS = (...jids: string[]): string =>
  `<query xmlns='${NS_DISCO_ITEMS}'>${jids.map((jid) => `<item jid='${jid}'/>`).join('')}</query>`;
const BOB = 'bob@example.net/x';

async function start(disco: Partial<ServiceDiscoveryOptions> = {}, options: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({ plugins: [[ServiceDiscovery, disco]], ...options });
  return { stream, disco: stream.xmpp.plugin(ServiceDiscovery) };
}

/** What became of a promise, so that a rejection is never unhandled. */
const outcome = <T>(promise: Promise<T>): Promise<T | Error> => promise.catch((error: Error) => error);

describe('info()', () => {
  it('asks and gives what was answered', async () => {
    const { stream, disco } = await start();
    const events: string[] = [];
    stream.xmpp.on('discoInfo', ({ from, node, info }) => events.push(`${from} ${node} ${info.features}`));
    const asked = disco.info(BOB, { node: 'n' });
    const request = await stream.expectSent(
      `<iq type='get' id='*' to='${BOB}'><query xmlns='${NS_DISCO_INFO}' node='n'/></iq>`,
    );
    await stream.recvResult(request, INFO('urn:a'));
    expect((await asked).features).toEqual(['urn:a']);
    await stream.idle();
    expect(events).toEqual([`${BOB} n urn:a`]);
  });

  it('asks the server where no address is given', async () => {
    const { stream, disco } = await start();
    const asked = disco.info(undefined);
    await stream.recvResult(
      await stream.expectSent(`<iq type='get' id='*'><query xmlns='${NS_DISCO_INFO}'/></iq>`),
      INFO('urn:s'),
    );
    expect((await asked).has('urn:s')).toBe(true);
  });

  it('asks from an address of a component', async () => {
    const { stream, disco } = await start({}, { kind: 'component' });
    const from = 'bot@component.example.org';
    const asked = disco.info(BOB, { from });
    const request = await stream.expectSent(
      `<iq type='get' id='*' to='${BOB}' from='${from}'><query xmlns='${NS_DISCO_INFO}'/></iq>`,
    );
    await stream.recvResult(request, INFO('urn:a'));
    await asked;
    const other = outcome(disco.info(BOB, { from: 'other@component.example.org' }));
    await stream.recvError(await stream.nextSent(), 'forbidden');
    expect(await other).toMatchObject({ condition: 'forbidden' });
  });

  it('does not take an answer from somebody else', async () => {
    const { stream, disco } = await start();
    const asked = disco.info(BOB);
    const request = await stream.nextSent();
    await stream.recv(
      `<iq type='result' id='${request.attribute('id')}' from='mallory@evil.example/x'>${INFO('urn:evil')}</iq>`,
    );
    await stream.recvResult(request, INFO('urn:good'));
    expect((await asked).features).toEqual(['urn:good']);
    expect(stream.xmpp.spoofedReplies).toBe(1);
  });

  it('refuses an answer that is something else', async () => {
    const { stream, disco } = await start();
    for (const payload of ['', `<query xmlns='${NS_DISCO_ITEMS}'/>`]) {
      const asked = outcome(disco.info(BOB));
      await stream.recvResult(await stream.nextSent(), payload);
      expect(await asked).toMatchObject({ condition: 'undefined-condition' });
    }
  });

  it('remembers an answer, by address and node', async () => {
    const { stream, disco } = await start();
    const asked = disco.info(BOB);
    await stream.recvResult(await stream.nextSent(), INFO('urn:a'));
    await asked;
    expect((await disco.info('BOB@example.net/x')).features).toEqual(['urn:a']);
    await stream.expectNothingSent();
    void outcome(disco.info(BOB, { node: 'n' }));
    void outcome(disco.info(BOB, { cached: false }));
    void outcome(disco.info('bob@example.net'));
    await stream.idle();
    expect(stream.sent).toHaveLength(4);
  });

  it('does not remember where it is told not to', async () => {
    const { stream, disco } = await start({ cache: false });
    for (let i = 0; i < 2; i++) {
      const asked = disco.info(BOB);
      await stream.recvResult(await stream.nextSent(), INFO('urn:a'));
      await asked;
    }
    expect(stream.sent).toHaveLength(2);
  });

  it('forgets what somebody said who goes away', async () => {
    const { stream, disco } = await start();
    const ask = async (): Promise<void> => {
      const asked = disco.info(BOB);
      await stream.idle();
      const request = stream.sent.at(-1);
      if (request) await stream.recvResult(request, INFO('urn:a'));
      await asked;
    };
    await ask();
    await stream.recv(`<presence from='${BOB}' type='unavailable'/>`);
    await ask();
    expect(stream.sent).toHaveLength(2);
    disco.forget(BOB);
    await ask();
    expect(stream.sent).toHaveLength(3);
    disco.forget();
    await ask();
    expect(stream.sent).toHaveLength(4);
    await stream.recv(
      `<presence from='bob@example.net' type='unavailable'/><presence from='bo@example.net' type='unavailable'/>`,
    );
    await ask();
    expect(stream.sent).toHaveLength(5);
  });

  it('forgets everything at the end of the session', async () => {
    const { stream, disco } = await start();
    const asked = disco.info(BOB);
    await stream.recvResult(await stream.nextSent(), INFO('urn:a'));
    await asked;
    await stream.drop();
    await stream.connect();
    void outcome(disco.info(BOB));
    await stream.idle();
    expect(stream.sent).toHaveLength(2);
  });

  it('rejects what waits at the end of the session', async () => {
    const { stream, disco } = await start();
    const asked = outcome(disco.info(BOB));
    await stream.idle();
    await stream.drop();
    expect(await asked).toMatchObject({ code: 'ERR_SESSION_LOST' });
    expect(stream.clock.pending).toEqual([]);
  });

  it('does not remember more than its bounds', async () => {
    const { stream, disco } = await start();
    const ask = async (jid: string, payload: string): Promise<void> => {
      const asked = disco.info(jid);
      await stream.recvResult(await stream.nextSent(), payload);
      await asked;
    };
    await ask('huge@example.net', INFO('x'.repeat(MAX_CACHED_SIZE / 2), 'y'.repeat(MAX_CACHED_SIZE / 2)));
    void outcome(disco.info('huge@example.net'));
    await stream.nextSent();
    for (let i = 0; i <= MAX_CACHED; i++) await ask(`u${i}@example.net`, INFO());
    await disco.info('u1@example.net');
    await stream.expectNothingSent();
    void outcome(disco.info('u0@example.net'));
    expect((await stream.nextSent()).attribute('to')).toBe('u0@example.net');
  });

  it('does not remember more than so many characters, however few the answers are', async () => {
    const { stream, disco } = await start();
    const large = INFO('x'.repeat(MAX_CACHED_SIZE / 2));
    const answers = Math.ceil(MAX_CACHED_TOTAL / (MAX_CACHED_SIZE / 2));
    expect(answers).toBeLessThan(MAX_CACHED);
    for (let i = 0; i < answers; i++) {
      const asked = disco.info(`u${i}@example.net`);
      await stream.recvResult(await stream.nextSent(), large);
      await asked;
    }
    await disco.info('u1@example.net');
    await stream.expectNothingSent();
    void outcome(disco.info('u0@example.net'));
    expect((await stream.nextSent()).attribute('to')).toBe('u0@example.net');
  });

  it('sends one query for all who ask at the same time', async () => {
    const { stream, disco } = await start();
    const asked = [disco.info(BOB), disco.info(BOB), disco.supports(BOB, 'urn:a')] as const;
    await stream.recvResult(await stream.nextSent(), INFO('urn:a'));
    expect([(await asked[0]).features, (await asked[1]).features, await asked[2]]).toEqual([
      ['urn:a'],
      ['urn:a'],
      true,
    ]);
    await stream.expectNothingSent();
  });

  it('lets each who asks give up alone', async () => {
    const { stream, disco } = await start();
    const controller = new AbortController();
    const impatient = outcome(disco.info(BOB, { timeout: 1_000 }));
    const aborted = outcome(disco.info(BOB, { signal: controller.signal }));
    const patient = disco.info(BOB);
    const request = await stream.nextSent();
    await stream.clock.advance(1_000);
    expect(await impatient).toBeInstanceOf(TimeoutError);
    controller.abort(new Error('enough'));
    expect(await aborted).toMatchObject({ message: 'enough' });
    expect(await outcome(disco.info(BOB, { signal: controller.signal }))).toMatchObject({ message: 'enough' });
    await stream.recvResult(request, INFO('urn:a'));
    expect((await patient).features).toEqual(['urn:a']);
    expect([stream.clock.pending, stream.xmpp.pendingRequests]).toEqual([[], 0]);
  });

  it('gives the query up when nobody waits any more', async () => {
    const { stream, disco } = await start();
    const asked = outcome(disco.info(BOB));
    await stream.nextSent();
    await stream.clock.advance(30_000);
    expect(await asked).toMatchObject({ code: 'ERR_TIMEOUT', timeout: 30_000 });
    await stream.idle();
    expect([stream.clock.pending, stream.xmpp.pendingRequests]).toEqual([[], 0]);
  });

  it('asks those who may know before it sends a query', async () => {
    const { stream, disco } = await start();
    const known = new DiscoInfo({ features: ['urn:known'] });
    const registration = disco.addLookup(async (to, node) => (to.equals(BOB) && !node ? known : undefined));
    expect(await disco.info(BOB)).toBe(known);
    void outcome(disco.info(BOB, { cached: false }));
    void outcome(disco.info(BOB, { node: 'n' }));
    await stream.idle();
    expect(stream.sent).toHaveLength(2);
    registration.dispose();
    await stream.recvResult(await stream.nextSent(), INFO('urn:asked'));
    expect((await disco.info(BOB)).features).toEqual(['urn:asked']);
  });

  it('does not mix two connections', async () => {
    const [a, b] = [await start(), await start()];
    const asked = a.disco.info(BOB);
    await a.stream.recvResult(await a.stream.nextSent(), INFO('urn:a'));
    await asked;
    void outcome(b.disco.info(BOB));
    expect((await b.stream.nextSent()).attribute('to')).toBe(BOB);
  });
});

describe('supports()', () => {
  it('takes a refusal for no, and hands other failures on', async () => {
    const { stream, disco } = await start();
    const ask = async (condition: Parameters<ScriptedStream['recvError']>[1]) => {
      const asked = outcome(disco.supports(BOB, 'urn:a'));
      await stream.recvError(await stream.nextSent(), condition);
      return asked;
    };
    expect(await ask('service-unavailable')).toBe(false);
    expect(await ask('item-not-found')).toBe(false);
    expect(await ask('remote-server-timeout')).toMatchObject({ condition: 'remote-server-timeout' });
  });
});

describe('items()', () => {
  it('asks and gives what was answered', async () => {
    const { stream, disco } = await start();
    const events: number[] = [];
    stream.xmpp.on('discoItems', ({ items }) => events.push(items.items.length));
    const asked = disco.items('example.org', { node: 'n' });
    const request = await stream.expectSent(
      `<iq type='get' id='*' to='example.org'><query xmlns='${NS_DISCO_ITEMS}' node='n'/></iq>`,
    );
    await stream.recvResult(request, ITEMS('a.example.org', 'b.example.org'));
    expect((await asked).map(({ jid }) => jid.full)).toEqual(['a.example.org', 'b.example.org']);
    await stream.idle();
    expect(events).toEqual([2]);
  });

  it('refuses an answer of 50,000 items without looking at them', async () => {
    const limits = { maxStanzaBytes: 10_000_000, maxElements: 100_000 };
    const { stream, disco } = await start({}, { options: { limits } });
    const asked = outcome(disco.items('example.org'));
    await stream.recvResult(await stream.nextSent(), ITEMS(...Array.from({ length: 50_000 }, () => '@')));
    const error = await asked;
    expect(error).toBeInstanceOf(TooManyItemsError);
    expect(error).toMatchObject({ count: 50_000, limit: 10_000, code: 'ERR_TOO_MANY_ITEMS' });
    const again = disco.items('example.org', { limit: 2 });
    await stream.recvResult(await stream.nextSent(), ITEMS('a', 'b'));
    expect(await again).toHaveLength(2);
  });
});

describe('find()', () => {
  /** Answers every query by address until nothing is asked any more. */
  async function serve(stream: ScriptedStream, answers: Readonly<Record<string, string>>): Promise<void> {
    for (let at = 0; at < stream.sent.length; at++) {
      const request = stream.sent[at];
      const namespace = request?.firstElement?.namespace.split('#')[1];
      const answer = answers[`${namespace} ${request?.attribute('to')}`];
      if (request && answer) await stream.recvResult(request, answer);
      else if (request && answer === undefined) await stream.recvError(request, 'service-unavailable');
    }
  }

  it('finds services by feature and by identity, in the order of the list', async () => {
    const { stream, disco } = await start();
    const answers = {
      'items example.org': ITEMS(
        'upload.example.org',
        'rooms.example.org',
        'gone.example.org',
        '@',
        'upload.example.org',
      ),
      'info example.org': INFO('urn:server'),
      'info upload.example.org': INFO('urn:upload'),
      'info rooms.example.org': `<query xmlns='${NS_DISCO_INFO}'><identity category='conference' type='text'/><feature var='urn:upload'/></query>`,
    };
    const search = async (wanted: Parameters<ServiceDiscovery['find']>[1]): Promise<string[]> => {
      const found = disco.find('example.org', wanted);
      await stream.idle();
      await serve(stream, answers);
      return (await found).map(({ jid }) => jid.full);
    };
    expect(await search('urn:upload')).toEqual(['upload.example.org', 'rooms.example.org']);
    expect(await search({ category: 'conference' })).toEqual(['rooms.example.org']);
    expect(await search({ category: 'conference', type: 'irc' })).toEqual([]);
    expect(await search({ feature: 'urn:server' })).toEqual(['example.org']);
  });

  it('asks no more than so many items, and five at a time', async () => {
    const { stream, disco } = await start();
    const found = disco.find('example.org', 'urn:x');
    await stream.recvResult(
      await stream.nextSent(),
      ITEMS(...Array.from({ length: 1_000 }, (_, i) => `s${i}.example.org`)),
    );
    await stream.idle();
    expect(stream.sent).toHaveLength(1 + 5);
    for (let at = 1; at < stream.sent.length; at++) {
      const request = stream.sent[at];
      if (request) await stream.recvResult(request, INFO());
    }
    expect(await found).toEqual([]);
    expect(stream.sent).toHaveLength(1 + 1 + 20);
  });

  it('leaves out who does not answer in time', async () => {
    const { stream, disco } = await start();
    const found = disco.find('example.org', 'urn:x', { timeout: 5_000 });
    await stream.recvResult(await stream.nextSent(), ITEMS('mute.example.org', 'good.example.org'));
    const answers = { 'info example.org': INFO(), 'info good.example.org': INFO('urn:x'), 'info mute.example.org': '' };
    for (const request of stream.sent.slice(1)) {
      const answer = answers[`info ${request.attribute('to')}` as keyof typeof answers];
      if (answer) await stream.recvResult(request, answer);
    }
    await stream.clock.advance(5_000);
    expect((await found).map(({ jid }) => jid.full)).toEqual(['good.example.org']);
    await stream.idle();
    expect([stream.clock.pending, stream.xmpp.pendingRequests]).toEqual([[], 0]);
  });

  it('looks at the domain alone where that lists nothing', async () => {
    const { stream, disco } = await start();
    const found = disco.find('example.org', 'urn:x');
    await stream.recvError(await stream.nextSent(), 'service-unavailable');
    await stream.recvResult(await stream.nextSent(), INFO('urn:x'));
    expect((await found).map(({ jid }) => jid.full)).toEqual(['example.org']);
  });

  it('rejects where the domain does not answer, and where it is told to stop', async () => {
    const { stream, disco } = await start();
    const late = outcome(disco.find('example.org', 'urn:x', { timeout: 1_000 }));
    await stream.clock.advance(1_000);
    expect(await late).toBeInstanceOf(TimeoutError);
    const controller = new AbortController();
    const stopped = outcome(disco.find('example.org', 'urn:x', { signal: controller.signal }));
    await stream.recvResult(await nth(stream, 1), ITEMS('a.example.org'));
    controller.abort(new Error('enough'));
    expect(await stopped).toMatchObject({ message: 'enough' });
  });

  async function nth(stream: ScriptedStream, index: number) {
    await stream.idle();
    const element = stream.sent[index];
    if (!element) throw new Error(`only ${stream.sent.length} were sent`);
    return element;
  }
});
