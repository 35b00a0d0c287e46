import { ClientXMPP } from '@sestina/client';
import { ReceiveLimitError, SilentLogger, Tracer, type XmlElement } from '@sestina/core';
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
