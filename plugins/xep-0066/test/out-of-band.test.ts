import { Message, provide, XmlElement } from '@sestina/core';
import { childContainer, NS_STANZA_ERRORS } from '@sestina/core/connection';
import { HttpClient, HttpRefusedError, HttpStatusError } from '@sestina/http';
import { MemoryHttpClient } from '@sestina/http/memory';
import { parseXml, ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  isAttachment,
  NS_OOB,
  NS_OOB_IQ,
  OobOffer,
  type OobOffered,
  OutOfBand,
  OutOfBandData,
  type OutOfBandOptions,
  schemeOf,
} from '../src/index.js';

const streams = useStreams(afterEach);
const URL = 'https://files.example/psa.jpg';
const BOB = 'bob@example.net/x';

async function start(options: Partial<OutOfBandOptions> = {}, status = 200) {
  const container = childContainer();
  const stream = streams.keep(await ScriptedStream.start({ plugins: [[OutOfBand, options]], options: { container } }));
  const http = new MemoryHttpClient(() => ({ status, body: 'picture' }), { clock: stream.clock });
  provide(container, HttpClient, http);
  return { stream, http, oob: stream.xmpp.plugin(OutOfBand) };
}

const message = (inside: string): Message => {
  const found = new Message();
  const data = new OutOfBandData({ url: URL });
  found.xml.append(data.xml);
  if (inside !== '') found.body = inside;
  return found;
};

describe('a message with an address', () => {
  it.each([
    ['without a body', '', true],
    ['whose body is the address', URL, true],
    ['whose body is the address and white space', `${URL}\n`, true],
    ['whose body has a title, too', `Look: ${URL}`, false],
    ['whose body is another address', 'https://files.example/other.jpg', false],
  ])('%s', (_what, body, expected) => {
    expect(isAttachment(message(body))).toBe(expected);
  });

  it('without a body is told of', async () => {
    const { stream } = await start();
    const told = stream.xmpp.wait('message');
    await stream.recv(`<message from='${BOB}' type='chat'><x xmlns='${NS_OOB}'><url>${URL}</url></x></message>`);
    expect((await told).oob?.url).toBe(URL);
    const xml = parseXml(`<query xmlns='${NS_OOB_IQ}' sid='s1'><url>${URL}</url><desc>d</desc></query>`);
    const { url, desc, sid } = new OobOffer(xml);
    expect([url, desc, sid]).toEqual([URL, 'd', 's1']);
  });

  it('is not fetched by itself', async () => {
    const { stream, http } = await start();
    await stream.recv(
      `<message from='${BOB}' type='chat'><body>${URL}</body><x xmlns='${NS_OOB}'><url>${URL}</url></x></message>`,
    );
    expect(http.requests).toEqual([]);
  });

  it('that is malformed is one that has none', () => {
    const empty = new Message();
    empty.xml.append(new OutOfBandData({ url: '' }).xml);
    empty.xml.append(new XmlElement('x', NS_OOB));
    expect(isAttachment(empty)).toBe(false);
    const spaced = new Message();
    spaced.body = URL;
    spaced.xml.append(new OutOfBandData({ url: `\n${URL} ` }).xml);
    expect(isAttachment(spaced)).toBe(true);
  });

  it('is what it was written as', async () => {
    const { oob } = await start();
    const alone = oob.share(new Message(), URL, { desc: 'A picture' });
    expect([alone.body, alone.oob?.desc, isAttachment(alone)]).toEqual([URL, 'A picture', true]);
    const said = new Message();
    said.body = 'Look \u{1F339}';
    oob.share(said, URL);
    expect(said.body).toBe(`Look \u{1F339}\n${URL}`);
    const [fallback] = [...said.fallbacks];
    expect([fallback?.for, fallback?.body.at(0)?.start, fallback?.body.at(0)?.end]).toEqual([
      NS_OOB,
      6,
      7 + URL.length,
    ]);
    const link = oob.share(new Message(), URL, { asAttachment: false });
    expect(link.body).toBeUndefined();
    oob.share(link, `${URL}2`, { asAttachment: false });
    expect([...link.oobs].map(({ url }) => url)).toEqual([URL, `${URL}2`]);
  });
});

it.each([
  [URL, 'https'],
  ['aesgcm://files.example/a#00', 'aesgcm'],
  ['HTTP://a', 'http'],
  ['callto:bob', 'callto'],
  ['no address', undefined],
  ['', undefined],
])('the scheme of %s is %s', (url, scheme) => expect(schemeOf(url)).toBe(scheme));

describe('an offer', () => {
  const offer = (url = URL, from = BOB): string =>
    `<iq type='set' id='oob1' from='${from}'><query xmlns='${NS_OOB_IQ}'><url>${url}</url><desc>A license</desc></query></iq>`;

  async function offered(options: Partial<OutOfBandOptions> = {}, status = 200, url = URL) {
    const world = await start({ answer: 'everybody', ...options }, status);
    const offers: OobOffered[] = [];
    world.stream.xmpp.on('oobOffer', (one) => void offers.push(one));
    await world.stream.recv(offer(url));
    return { ...world, offers, offer: offers[0] as OobOffered };
  }

  it('is answered when the whole file has come, and not before', async () => {
    const { stream, offer: found } = await offered();
    expect(found).toMatchObject({ url: URL, scheme: 'https', desc: 'A license' });
    let arrive: (bytes: Uint8Array) => void = () => {};
    const accepted = found.accept(() => {
      return new Promise((resolve) => {
        arrive = resolve;
      });
    });
    await stream.clock.advance(1_000);
    expect(stream.sent).toEqual([]);
    arrive(Uint8Array.of(1));
    expect(await accepted).toEqual(Uint8Array.of(1));
    await stream.expectSent(`<iq type='result' id='oob1' to='${BOB}'/>`);
  });

  it('is fetched over https where nobody says how', async () => {
    const { stream, http, offer: found } = await offered();
    expect(new TextDecoder().decode(await found.accept())).toBe('picture');
    expect(http.requests).toHaveLength(1);
    expect((await stream.nextSent()).attribute('type')).toBe('result');
    const small = await offered({ maxBytes: 6 });
    await expect(small.offer.accept()).rejects.toMatchObject({ code: 'ERR_HTTP_TOO_LARGE' });
    expect(await condition(small.stream)).toBe('item-not-found');
    expect(new TextDecoder().decode(await (await offered({ maxBytes: 7 })).offer.accept())).toBe('picture');
  });

  const condition = async (stream: ScriptedStream): Promise<string | undefined> =>
    [...((await stream.nextSent()).child('error')?.elements() ?? [])][0]?.name;

  it.each([
    'http://files.example/a',
    'https://127.0.0.1/a',
    'https://[::1]/',
    'https://169.254.169.254/',
    'aesgcm://files.example/a',
    'file:///etc/passwd',
    'nothing',
  ])('of %s is not fetched, and the sender is told so', async (url) => {
    const { stream, http, offer: found } = await offered({}, 200, url);
    await expect(found.accept()).rejects.toBeInstanceOf(HttpRefusedError);
    expect(await condition(stream)).toBe('item-not-found');
    expect(http.requests).toEqual([]);
  });

  it('of what is not there is answered so', async () => {
    const { stream, offer: found } = await offered({}, 404);
    await expect(found.accept()).rejects.toBeInstanceOf(HttpStatusError);
    expect(await condition(stream)).toBe('item-not-found');
  });

  it('that is not wanted is refused', async () => {
    const { stream, offer: found } = await offered();
    found.reject();
    expect(await condition(stream)).toBe('not-acceptable');
  });

  it('that nobody deals with is refused after a while, and cannot be accepted any more', async () => {
    const { stream, offer: found } = await offered({ offerTimeout: 10_000 });
    await stream.clock.advance(10_000);
    expect(await condition(stream)).toBe('not-acceptable');
    await expect(found.accept()).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  it('of strangers is not told of', async () => {
    const { stream, offers } = await offered({ answer: 'contacts' });
    expect(offers).toEqual([]);
    expect(await condition(stream)).toBe('service-unavailable');
  });

  it('that is not dealt with any more has its fetching stopped', async () => {
    const { stream, offer: found } = await offered({ offerTimeout: 10_000 });
    let stopped: AbortSignal | undefined;
    const accepted = found.accept((_url, signal) => {
      stopped = signal;
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const failed = expect(accepted).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await stream.clock.advance(9_999);
    expect(stopped?.aborted).toBe(false);
    await stream.clock.advance(1);
    await failed;
    expect(await condition(stream)).toBe('not-acceptable');
    expect(stream.clock.pending).toEqual([]);
  });

  it('waits no longer than the plugin is there', async () => {
    const { stream, offer: found } = await offered();
    stream.xmpp.remove(OutOfBand);
    await stream.idle();
    await expect(found.accept()).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING' });
    expect(stream.clock.pending).toEqual([]);
  });

  it.each([
    ['offerTimeout', 0],
    ['offerTimeout', Number.POSITIVE_INFINITY],
    ['maxBytes', 0],
    ['maxBytes', 1.5],
    ['answer', 'friends'],
  ])('is made with no %s of %s', async (option, value) => {
    await expect(start({ [option]: value })).rejects.toMatchObject({ code: 'ERR_CONFIG', option });
  });

  it('is not announced where nobody may make one', async () => {
    expect([...(await start()).stream.xmpp.advertised]).toEqual([NS_OOB]);
    expect([...(await start({ answer: 'account' })).stream.xmpp.advertised]).toContain(NS_OOB_IQ);
  });

  it('is bounded in number: a flood of them is refused', async () => {
    const { stream, offers } = await offered();
    for (let i = 0; i < 40; i++) await stream.recv(offer(URL, `eve${i}@evil.example/x`).replace('oob1', `flood${i}`));
    expect(offers.length).toBeLessThanOrEqual(20);
    expect(offers.length).toBeGreaterThan(5);
  });

  it('of one who floods takes no place of others, and he may offer again later', async () => {
    const { stream, offers } = await offered();
    for (let i = 0; i < 40; i++) await stream.recv(offer(URL, `${BOB}${i}`).replace('oob1', `flood${i}`));
    expect(offers).toHaveLength(5);
    await stream.recv(offer(URL, 'juliet@capulet.example/x'));
    expect(offers).toHaveLength(6);
    offers[0]?.reject();
    await stream.idle();
    await stream.recv(offer());
    expect(offers).toHaveLength(7);
    // One was dealt with, and one has taken its place.
    stream.skipSent();
    await stream.recv(offer(URL, `${BOB}again`).replace('oob1', 'sixth'));
    expect(offers).toHaveLength(7);
    const refused = await stream.nextSent();
    expect(refused.child('error')?.child('resource-constraint', NS_STANZA_ERRORS)).toBeDefined();
    expect(refused.child('error')?.child('text', NS_STANZA_ERRORS)?.text).toBe('too many offers wait');
  });

  it('of ours is waited for until the other side has the file', async () => {
    const { stream, oob } = await start();
    const done = oob.offer(BOB, { url: URL, desc: 'A license' });
    const asked = await stream.nextSent();
    expect(asked.child('query', NS_OOB_IQ)?.child('url')?.text).toBe(URL);
    await stream.clock.advance(300_000);
    await stream.recvResult(asked);
    await done;
    const refused = expect(oob.offer(BOB, { url: URL })).rejects.toMatchObject({ condition: 'not-acceptable' });
    await stream.recvError(await stream.nextSent(), 'not-acceptable');
    await refused;
    const late = expect(oob.offer(BOB, { url: URL })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await stream.clock.advance(600_000);
    await late;
    const soon = expect(oob.offer(BOB, { url: URL }, { timeout: 5 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await stream.clock.advance(5);
    await soon;
  });
});
