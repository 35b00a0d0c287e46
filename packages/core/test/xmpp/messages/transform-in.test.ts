import { describe, expect, it } from 'vitest';
import { JID } from '../../../src/jid/index.js';
import { Message } from '../../../src/stanza/message.js';
import { BaseXMPP } from '../../../src/xmpp/base-xmpp.js';
import { Plugin } from '../../../src/xmpp/plugins/plugin.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online, type TestXMPP } from '../../helpers/stream-xmpp.js';
import { BOB, CAROL, gate, listen, message, Secret } from '../../helpers/wrapped.js';

watchRejections();

const MALLORY = 'mallory@evil.example/x';
const secret = (from: string, id: string): string =>
  message(from, id, 'cannot read this', `<secret xmlns='urn:test:secret'><text>${id}</text></secret>`);

type Gate = ReturnType<typeof gate<void>>;

/** Decrypts in the order in which the test says so. */
function decrypting(xmpp: TestXMPP, timeout?: number): Map<string, Gate> {
  const gates = new Map<string, Gate>();
  xmpp.messages.transform(
    'in',
    (said) => {
      const found = said.xml.child(Secret.tag, Secret.namespace);
      if (!found) return said;
      const wait = gate<void>();
      gates.set(said.id ?? '', wait);
      const copy = said.copy();
      copy.body = `read ${new Secret(found).text}`;
      return wait.promise.then(() => copy);
    },
    { name: 'secrets', timeout },
  );
  return gates;
}

/** Makes somebody a contact. */
const befriend = (xmpp: TestXMPP, ...jids: string[]): void =>
  xmpp.roster.of().apply(jids.map((jid) => ({ jid: JID.parse(jid), subscription: 'both' })) as never);

describe('a transform of what comes in', () => {
  it('may give another message, which is what all hear, read-only and bound', async () => {
    const xmpp = await online();
    const gates = decrypting(xmpp);
    const heard: Message[] = [];
    xmpp.onMessage((said) => heard.push(said));
    const seen = listen(xmpp);
    await xmpp.receive(secret(BOB, 's1'));
    expect(heard).toEqual([]);
    gates.get('s1')?.open();
    await xmpp.manualClock.idle();
    const [said] = heard;
    expect([said?.body, said?.stream === xmpp, said?.context.outer.body]).toEqual([
      'read s1',
      true,
      'cannot read this',
    ]);
    expect(() => said?.xml.child('body')?.append('x')).toThrow(/read-only/);
    expect(seen).toEqual({ event: ['s1'], heard: ['s1'], errors: [] });
  });

  it('holds back the messages of its peer alone, in their order', async () => {
    const xmpp = await online();
    const gates = decrypting(xmpp);
    const seen = listen(xmpp);
    xmpp.on('presence', ({ from }) => seen.event.push(`presence of ${from?.local}`));
    xmpp.onIq('get', Secret, () => void seen.event.push('iq'));
    await xmpp.receive(
      `${secret(BOB, 's1') + message('bob@example.net/other', 'm2') + message(CAROL, 'm3')}<presence from='${BOB}'/>` +
        `<iq type='get' id='q' from='${BOB}'><secret xmlns='urn:test:secret'/></iq>`,
    );
    expect(seen.event).toEqual(['m3', 'presence of bob', 'iq']);
    gates.get('s1')?.open();
    await xmpp.manualClock.idle();
    expect([seen.event.slice(3), seen.heard]).toEqual([
      ['s1', 'm2'],
      ['m3', 's1', 'm2'],
    ]);
  });

  it('that answers at once changes neither order nor turn', async () => {
    const xmpp = await online();
    xmpp.messages.transform('in', (said) => said);
    const seen: string[] = [];
    xmpp.on('message', ({ id }) => seen.push(id ?? ''));
    xmpp.on('presence', () => seen.push('presence'));
    await xmpp.receive(`${message(BOB, 'm1')}<presence from='${BOB}'/>${message(BOB, 'm2')}`);
    expect(seen).toEqual(['m1', 'presence', 'm2']);
  });

  it('ends a message that it gives nothing for', async () => {
    const xmpp = await online();
    xmpp.messages.transform('in', (said) => (said.id === 'm1' ? undefined : said));
    const seen = listen(xmpp);
    await xmpp.receive(message(BOB, 'm1') + message(BOB, 'm2'));
    expect(seen).toEqual({ event: ['m2'], heard: ['m2'], errors: [] });
  });

  it('that throws, rejects or gives no message loses that message, and it is reported', async () => {
    const xmpp = await online();
    xmpp.messages.transform('in', (said) => {
      if (said.id === 'm1') throw new Error('thrown');
      if (said.id === 'm2') return Promise.reject(new Error('rejected'));
      if (said.id === 'm3') return 'nonsense' as never;
      return said;
    });
    const seen = listen(xmpp);
    await xmpp.receive(['m1', 'm2', 'm3', 'm4'].map((id) => message(BOB, id)).join(''));
    expect(seen.heard).toEqual(['m4']);
    expect([...seen.errors].sort()).toEqual([
      'message of bob@example.net: rejected',
      'message of bob@example.net: thrown',
      'message of bob@example.net: transform application has to give back a message, or undefined',
    ]);
  });

  it('that never comes to an end loses its message after its time, and those behind it go on', async () => {
    const xmpp = await online();
    const gates = decrypting(xmpp, 5_000);
    const seen = listen(xmpp);
    await xmpp.receive(secret(BOB, 's1') + message(BOB, 'm2') + secret(BOB, 's3'));
    await xmpp.manualClock.advance(4_999);
    expect(seen.heard).toEqual([]);
    await xmpp.manualClock.advance(1);
    expect(seen.heard).toEqual(['m2']);
    // It has waited for its whole time, and gets a little more.
    gates.get('s3')?.open();
    gates.get('s1')?.open();
    await xmpp.manualClock.idle();
    expect(seen.heard).toEqual(['m2', 's3']);
    expect(seen.errors).toEqual([expect.stringMatching(/message of bob@example.net: transform secrets .*5000 ms/)]);
  });

  it('cannot hold a peer back for longer the more there is: what waits has its time while it waits', async () => {
    const xmpp = await online();
    befriend(xmpp, 'bob@example.net');
    decrypting(xmpp, 5_000);
    const seen = listen(xmpp);
    await xmpp.receive(Array.from({ length: 100 }, (_, i) => secret(BOB, `s${i}`)).join(''));
    await xmpp.manualClock.advance(5_000 + 99 * 100);
    expect(seen.errors.length).toBe(100);
    await xmpp.receive(message(BOB, 'm1'));
    expect(seen.heard).toEqual(['m1']);
    expect(xmpp.manualClock.pending).toBe(1);
  });

  it('that is at work for many peers at once has Node.js warn of no leak', async () => {
    const xmpp = await online();
    decrypting(xmpp);
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): number => warnings.push(name);
    process.on('warning', onWarning);
    for (let i = 0; i < 20; i++) await xmpp.receive(secret(`peer${i}@example.net/x`, `s${i}`));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('is not asked about errors', async () => {
    const xmpp = await online();
    xmpp.messages.transform('in', () => undefined);
    const got = xmpp.wait('messageError');
    await xmpp.receive(`<message type='error' from='${BOB}' id='e1'/>`);
    expect((await got).id).toBe('e1');
  });

  it('runs before the one that it names, whichever came first', async () => {
    const xmpp = await online();
    const seen: string[] = [];
    const add = (name: string, before?: string) =>
      xmpp.messages.transform(
        'in',
        (said) => {
          seen.push(name);
          return said;
        },
        { name, before },
      );
    add('c');
    add('a', 'b');
    const b = add('b', 'c');
    await xmpp.receive(message(BOB, 'm1'));
    expect(seen.splice(0)).toEqual(['a', 'b', 'c']);
    b.dispose();
    add('d', 'e');
    add('e', 'd');
    await xmpp.receive(message(BOB, 'm2'));
    expect([...seen].sort()).toEqual(['a', 'c', 'd', 'e']);
  });
});

describe('10,000 messages of one peer behind a slow transform', () => {
  const MANY = 10_000;
  const flood = (from: string): string => Array.from({ length: MANY }, (_, i) => message(from, `m${i}`)).join('');

  /** Asks somebody about the first message, as an encryption would for a key. */
  async function slow(contact: boolean): Promise<{ xmpp: TestXMPP; id: string; from: string; order: string[] }> {
    const xmpp = await online();
    const from = contact ? BOB : MALLORY;
    if (contact) befriend(xmpp, 'bob@example.net');
    let asked: Promise<unknown> | undefined;
    xmpp.messages.transform('in', (said) => {
      if (said.from?.full === CAROL) return said;
      asked ??= xmpp.iqGet('example.org', new Secret());
      return asked.then(() => said);
    });
    const order: string[] = [];
    xmpp.on('message', ({ id }) => order.push(id ?? ''));
    xmpp.on('presence', () => order.push('presence'));
    xmpp.onIq('get', Secret, () => void order.push('iq'));
    await xmpp.receive(message(from, 'first'));
    const id = /id='([^']+)'/.exec(xmpp.wire.take())?.[1] ?? '';
    return { xmpp, id, from, order };
  }

  const others = `<presence from='${CAROL}'/><iq type='get' id='q' from='${CAROL}'><secret xmlns='urn:test:secret'/></iq>`;

  it('of a contact lose none, keep their order and hurt neither iq nor presence', async () => {
    const { xmpp, id, from, order } = await slow(true);
    await xmpp.receive(flood(from) + others + message(CAROL, 'c1'));
    expect(order).toEqual(['presence', 'iq', 'c1']);
    // Somebody waits for an answer: that is still read.
    expect(xmpp.wire.paused).toBe(false);
    await xmpp.receive(`<iq type='result' id='${id}' from='example.org'/>`);
    expect(order.slice(3)).toEqual(['first', ...Array.from({ length: MANY }, (_, i) => `m${i}`)]);
    expect([xmpp.wire.paused, xmpp.messages.dropped, xmpp.state]).toEqual([false, 0, 'online']);
  });

  it('of a stranger are dropped beyond a bound and never pause the transport', async () => {
    const { xmpp, id, from, order } = await slow(false);
    await xmpp.receive(flood(from) + others + message(CAROL, 'c1'));
    expect([order, xmpp.wire.paused]).toEqual([['presence', 'iq', 'c1'], false]);
    expect(xmpp.messages.dropped).toBe(MANY - 63);
    expect(xmpp.log.at('warn').filter((line) => line.includes('mallory@evil.example'))).toHaveLength(1);
    await xmpp.receive(`<iq type='result' id='${id}' from='example.org'/>`);
    expect(order.slice(3)).toEqual(['first', ...Array.from({ length: 63 }, (_, i) => `m${i}`)]);
    await xmpp.receive(message(from, 'later'));
    expect(order.at(-1)).toBe('later');
  });

  it('of many strangers do not pause it either, nor keep out a contact', async () => {
    const { xmpp, order } = await slow(false);
    befriend(xmpp, 'carol@example.org');
    const text = Array.from({ length: 1_000 }, (_, i) => message(`s${i}@evil.example/x`, `s${i}`)).join('');
    await xmpp.receive(text);
    expect(xmpp.wire.paused).toBe(false);
    expect(xmpp.messages.dropped).toBe(1_000 - 127);
    xmpp.messages.transform('in', async (said) => said);
    await xmpp.receive(`${others}${message(CAROL, 'c1')}`);
    expect(order).toEqual(['presence', 'iq', 'c1']);
    expect(xmpp.messages.dropped).toBe(1_000 - 127);
  });

  it('that are large count by their bytes', async () => {
    const { xmpp, from } = await slow(false);
    const body = 'x'.repeat(100_000);
    await xmpp.receive(Array.from({ length: 10 }, (_, i) => message(from, `m${i}`, body)).join(''));
    expect(xmpp.messages.dropped).toBe(8);
  });
});

describe('what comes too late', () => {
  class Decrypter extends Plugin {
    static override readonly id = 'decrypter';
    static override readonly inject = [BaseXMPP] as const;
    readonly wait = gate<Message | undefined>();

    constructor(xmpp: BaseXMPP) {
      super();
      this.own(xmpp.messages.transform('in', () => this.wait.promise));
    }
  }

  it('after the plugin was removed is not heard; what waited behind it is', async () => {
    const xmpp = await online();
    const { wait } = xmpp.use(Decrypter);
    const seen = listen(xmpp);
    await xmpp.receive(message(BOB, 'm1') + message(BOB, 'm2'));
    xmpp.remove(Decrypter);
    await xmpp.manualClock.idle();
    expect(seen).toEqual({
      event: ['m2'],
      heard: ['m2'],
      errors: ['message of bob@example.net: decrypter was removed'],
    });
    wait.open(new Message({ body: 'late' }));
    await xmpp.receive(message(BOB, 'm3'));
    expect(seen.heard).toEqual(['m2', 'm3']);
    expect(xmpp.manualClock.pending).toBe(1);
  });

  it.each(['given', 'failed'])('after dispose() is not heard, and leaves nothing behind: %s', async (how) => {
    const xmpp = await online();
    const { wait } = xmpp.use(Decrypter);
    const seen = listen(xmpp);
    await xmpp.receive(message(BOB, 'm1') + message(BOB, 'm2'));
    await xmpp.dispose();
    if (how === 'given') wait.open(new Message({ body: 'late' }));
    else wait.fail(new Error('late'));
    await xmpp.manualClock.idle();
    expect([seen, xmpp.manualClock.pending]).toEqual([{ event: [], heard: [], errors: [] }, 0]);
    expect(xmpp.log.at('error')).toEqual([]);
  });

  it('when its peer is no contact any more, or the session is over, is heard all the same', async () => {
    const xmpp = await online();
    befriend(xmpp, 'bob@example.net');
    const gates = decrypting(xmpp);
    const seen = listen(xmpp);
    await xmpp.receive(secret(BOB, 's1') + message(BOB, 'm2'));
    xmpp.roster.of().apply([], true);
    xmpp.cut();
    await xmpp.manualClock.idle();
    gates.get('s1')?.open();
    await xmpp.manualClock.idle();
    expect(seen.heard).toEqual(['s1', 'm2']);
  });

  it('does not mix two connections', async () => {
    const [one, other] = [await online(), await online()];
    const gates = decrypting(one);
    const [a, b] = [listen(one), listen(other)];
    for (const xmpp of [one, other]) await xmpp.receive(secret(BOB, 's1'));
    expect([a.heard, b.heard]).toEqual([[], ['s1']]);
    gates.get('s1')?.open();
    await one.manualClock.idle();
    expect(a.heard).toEqual(['s1']);
  });
});
