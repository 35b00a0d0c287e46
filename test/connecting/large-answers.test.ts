import { ClientXMPP } from '@sestina/client';
import { attr, element, ReceiveLimitError, SilentLogger, Tracer, type XmlElement } from '@sestina/core';
import { MemoryServer, SeededRandom, VirtualClock } from '@sestina/testing';
import { ServiceDiscovery, TooManyItemsError } from '@sestina/xep-0030';
import { describe, expect, it } from 'vitest';

/** Keeps the ids of what is asked. */
class Requests extends Tracer {
  readonly ids: (string | undefined)[] = [];

  incoming(): void {}

  outgoing(element: XmlElement): void {
    if (element.name === 'iq') this.ids.push(element.attribute('id'));
  }
}

const GROUPS = ['Friends of the house', 'Everybody whom we have ever met'];

function world(contacts: number, options: object = {}) {
  const clock = new VirtualClock();
  const server = new MemoryServer({ users: { alice: 'secret' }, mechanisms: ['PLAIN'], clock });
  for (let i = 0; i < contacts; i++) {
    const change = { name: `Contact number ${i}`, groups: GROUPS, subscription: 'both' } as const;
    server.setRosterItem('alice', `contact.number.${i}@contacts.example.org`, change);
  }
  const client = new ClientXMPP({
    jid: 'alice@localhost/a',
    password: 'secret',
    transports: server.transports,
    clock,
    random: new SeededRandom(1),
    logger: new SilentLogger(),
    ...options,
  });
  return { clock, server, client };
}

/** What the promise comes to, while nothing but turns pass. */
async function settled<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  await clock.runUntilIdle();
  return promise;
}

describe('a large answer', () => {
  it.each([8_000, 20_000])('such as a roster of %i contacts in two groups is taken as things are', async (contacts) => {
    const { clock, client } = world(contacts);
    await settled(clock, client.connect());
    const roster = await settled(clock, client.getRoster());
    expect(roster.size).toBe(contacts);
    expect(roster.get('contact.number.7@contacts.example.org')?.groups).toEqual(GROUPS);
    expect(roster.groups().get(GROUPS[0] ?? '')).toHaveLength(contacts);
    expect(client.online).toBe(true);
    await settled(clock, client.disconnect());
  });

  it('such as a list of 20,500 services is refused by the one who asked, and the session goes on', async () => {
    const requests = new Requests();
    const { clock, server, client } = world(0, { tracer: requests });
    const disco = client.use(ServiceDiscovery);
    await settled(clock, client.connect());
    const session = server.session('alice@localhost/a');
    session?.pause();
    const asked = disco.items('bookshop.localhost');
    asked.catch(() => {});
    await clock.runUntilIdle();
    const id = requests.ids.at(-1);
    const items = Array.from({ length: 20_500 }, (_, i) => `<item jid='p${i}.localhost' name='Place number ${i}'/>`);
    const query = `<query xmlns='http://jabber.org/protocol/disco#items'>${items.join('')}</query>`;
    const answer = `<iq type='result' id='${id}' from='bookshop.localhost' to='alice@localhost/a'>${query}</iq>`;
    session?.send(answer);
    const error = await settled(clock, asked).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TooManyItemsError);
    expect(error).toMatchObject({ count: 20_500, limit: 10_000 });
    expect(client.online).toBe(true);
    // Nobody has asked for it a second time.
    const lost = client.wait('disconnected');
    session?.send(answer);
    await clock.advance(5_000);
    expect(await lost).toMatchObject({ reason: { code: 'ERR_RECEIVE_LIMIT' }, willReconnect: true });
    await settled(clock, client.disconnect());
  });
});

const NS_ARCHIVE = 'urn:test:archive';
class Query extends element('query', NS_ARCHIVE, { q: attr('q') }) {}
class Result extends element('result', NS_ARCHIVE, { q: attr('q') }) {}

/** One message of an archive, with so many bytes in it. */
const piece = (bytes: number): string =>
  `<message from='archive.localhost' to='alice@localhost/a'><result xmlns='${NS_ARCHIVE}' q='q'><forwarded xmlns='urn:xmpp:forward:0'>` +
  `<message xmlns='jabber:client'><body>${'x'.repeat(bytes)}</body></message></forwarded></result></message>`;

/** Asks an archive that answers with those messages; what the server in memory says, which knows of none, comes too late. */
function collect({ client, server }: ReturnType<typeof world>, pieces: readonly string[]) {
  const iq = client.iq({ type: 'set', id: 'q1', to: 'archive.localhost' }, new Query({ q: 'q' }));
  const collected = client.collect(iq, Result, { max: 200, accept: ({ q }) => q === 'q' });
  collected.catch(() => {});
  const session = server.session('alice@localhost/a');
  for (const text of pieces) session?.send(text);
  session?.send("<iq type='result' id='q1' from='archive.localhost' to='alice@localhost/a'/>");
  return collected;
}

describe('an answer of many messages', () => {
  it.each([
    ['a page of 2 MB in 200 messages', Array.from({ length: 200 }, () => piece(10_000))],
    ['one message of 300 KB', [piece(300_000)]],
    ['one message that is larger than others may be', [piece(2_000_000)]],
  ])('such as %s is taken as things are', async (_, pieces) => {
    const it = world(0);
    await settled(it.clock, it.client.connect());
    expect((await settled(it.clock, collect(it, pieces))).pieces).toHaveLength(pieces.length);
    expect(it.client.online).toBe(true);
    await settled(it.clock, it.client.disconnect());
  });

  it('comes behind what handlers are slow with', async () => {
    const it = world(0, { maxUnhandled: 10 });
    await settled(it.clock, it.client.connect());
    it.client.on('message', () => new Promise(() => {}));
    for (let i = 0; i < 20; i++)
      it.server.session('alice@localhost/a')?.send("<message from='bob@localhost'><body>x</body></message>");
    const collected = collect(
      it,
      Array.from({ length: 200 }, () => piece(10_000)),
    );
    expect((await settled(it.clock, collected)).pieces).toHaveLength(200);
    await it.client.dispose();
  });

  it('that is too large does not make a client log in for ever: it ends with the name of the option', async () => {
    const it = world(0, { limits: { maxStanzaBytes: 10_000, maxAnswerBytes: 20_000 } });
    const ends: { willReconnect: boolean; reason: Error }[] = [];
    it.client.on('disconnected', (end) => ends.push(end));
    it.client.on('sessionStart', () => {
      collect(it, [piece(30_000)]).catch(() => {});
    });
    await settled(it.clock, it.client.connect());
    await it.clock.advance(3_600_000);
    expect(ends.map(({ willReconnect }) => willReconnect)).toEqual([true, true, true, false]);
    expect(ends.at(-1)?.reason).toMatchObject({ code: 'ERR_RECEIVE_LIMIT', option: 'limits.maxAnswerBytes' });
    expect(it.clock.pending).toEqual([]);
  });
});

describe('an answer that is larger than its room', () => {
  it('does not make a client log in for ever: it ends with the name of the option', async () => {
    const { clock, client, server } = world(400, { limits: { maxStanzaBytes: 10_000, maxAnswerBytes: 20_000 } });
    const ends: { willReconnect: boolean; reason: Error }[] = [];
    let sessions = 0;
    client.on('disconnected', (end) => ends.push(end));
    client.on('sessionStart', () => {
      sessions += 1;
      client.getRoster().catch(() => {});
    });
    await settled(clock, client.connect());
    await clock.advance(3_600_000);
    expect(sessions).toBe(4);
    expect(ends.map(({ willReconnect }) => willReconnect)).toEqual([true, true, true, false]);
    const reason = ends.at(-1)?.reason;
    expect(reason).toBeInstanceOf(ReceiveLimitError);
    expect(reason).toMatchObject({ code: 'ERR_RECEIVE_LIMIT', option: 'limits.maxAnswerBytes', retryable: false });
    expect(reason?.message).toContain('limits.maxAnswerBytes');
    expect(client.state).toBe('disconnected');
    expect(server.sessions).toEqual([]);
    expect(clock.pending).toEqual([]);
    // Whoever changes something may begin anew.
    await settled(clock, client.connect());
    expect(client.state).toBe('waiting');
    await settled(clock, client.disconnect());
  });

  it('is no reason to stay away where it comes once in a while', async () => {
    const { clock, client } = world(400, { limits: { maxStanzaBytes: 10_000, maxAnswerBytes: 20_000 } });
    await settled(clock, client.connect());
    for (let i = 0; i < 10; i++) {
      await clock.advance(120_000);
      expect(client.online).toBe(true);
      client.getRoster().catch(() => {});
      await clock.advance(10_000);
    }
    expect(client.online).toBe(true);
    await settled(clock, client.disconnect());
  });
});
