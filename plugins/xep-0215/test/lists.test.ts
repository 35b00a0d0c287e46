import { afterEach, describe, expect, it } from 'vitest';
import { NS_EXTDISCO, NS_EXTDISCO_1 } from '../src/index.js';
import { type Play, push, SERVER, turn, usePlays, withPassword } from './play.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const start = usePlays(afterEach);

const stun = (more = ''): string => `<service type='stun' host='stun.example' ${more}/>`;

/** Milliseconds for which what a server tells is not asked for again, to the minute. */
async function keptFor(services: (play: Play) => string): Promise<number> {
  const play = await start();
  play.services = () => services(play);
  await play.get(play.plugin.services());
  const asked = (): number => play.asked.filter((name) => name === 'services').length;
  for (let time = 0; ; time += MINUTE) {
    await play.get(play.plugin.services());
    if (asked() > 1) return time;
    await play.advance(MINUTE);
  }
}

describe('how long a list is kept', () => {
  it.each([
    ['an hour, of nothing', HOUR, () => ''],
    ['an hour, where there is no password', HOUR, () => stun()],
    [
      'an hour, where a password says nothing of its time',
      HOUR,
      (play: Play) => turn(withPassword('p')) + turn(withPassword('q', play.at(5 * HOUR)), 'b.example'),
    ],
    [
      'until a minute before the first expires',
      2 * HOUR - MINUTE,
      (play: Play) =>
        stun() + turn(withPassword('p', play.at(2 * HOUR))) + turn(withPassword('p', play.at(3 * HOUR)), 'b.example'),
    ],
    ['a minute, where something has expired already', MINUTE, (play: Play) => turn(withPassword('p', play.at(-HOUR)))],
    ['a minute, where something expires now', MINUTE, (play: Play) => turn(withPassword('p', play.at(0)))],
  ] as const)('%s', async (_what, time, services) => {
    expect(await keptFor(services)).toBe(time);
  });

  it('is the list of all for one type, as long as that is fresh', async () => {
    const play = await start((type) => (type === 'stun' ? '' : turn(withPassword('p'))) + stun());
    await play.get(play.plugin.services());
    expect((await play.plugin.services({ type: 'stun' })).map(({ type }) => type)).toEqual(['stun']);
    await play.advance(HOUR - 1);
    await play.plugin.services({ type: 'stun' });
    await play.advance(1);
    await play.get(play.plugin.services({ type: 'stun' }));
    expect((await play.get(play.plugin.services({ type: 'turn' }))).map(({ type }) => type)).toEqual(['turn']);
    expect(play.asked).toEqual(['services', 'services stun', 'services turn']);
  });

  it('is without what has expired to the millisecond', async () => {
    const play = await start();
    play.services = () => turn(withPassword('p', play.at(10 * MINUTE)));
    play.plugin.watch();
    await play.settle();
    play.services = () => turn(withPassword('p', play.at(-1)));
    await play.stream.recv(
      push(turn(withPassword('q', play.at(0)), 'now.example') + turn(withPassword('q', play.at(1)), 'soon.example')),
    );
    expect(play.told.at(-1)?.services.map(({ host }) => host)).toEqual(['turn.montague.lit', 'soon.example']);
  });
});

describe('the clock of a server', () => {
  it('is taken for the middle of question and answer', async () => {
    const play = await start();
    // Ten seconds more are a skew, and ten less are none.
    play.skew = 5 * MINUTE - 5_000;
    play.services = () => turn(withPassword('p', play.at(100_000)));
    play.mute = 'time';
    const first = play.get(play.plugin.services());
    await play.settle();
    await play.stream.clock.advance(20_000);
    const question = play.stream.sent.filter((xml) => xml.firstElement?.name === 'time').at(-1);
    if (!question) throw new Error('nobody has asked for the time');
    const utc = new Date(play.stream.clock.now() + play.skew).toISOString();
    await play.stream.recvResult(question, `<time xmlns='urn:xmpp:time'><tzo>Z</tzo><utc>${utc}</utc></time>`);
    await first;
    // Of 70 s that are left there are half a minute to the one who asks, by either clock.
    await play.advance(34_999, 34_999);
    await play.plugin.services();
    await play.advance(1);
    await play.get(play.plugin.services());
    expect(play.asked).toEqual(['services', 'time', 'services']);
  });

  it.each([
    [5 * MINUTE, 60],
    [5 * MINUTE + 1, 55],
  ])('that is %i ahead leaves %i minutes', async (skew, minutes) => {
    const play = await start();
    play.skew = skew;
    const at = new Date(play.stream.clock.now() + HOUR + MINUTE).toISOString();
    play.services = () => turn(withPassword('p', at));
    await play.get(play.plugin.services());
    await play.advance(minutes * MINUTE - 2, MINUTE);
    expect(play.asked).toEqual(['services', 'time']);
    await play.advance(2);
    await play.get(play.plugin.services());
    expect(play.asked).toEqual(['services', 'time', 'services']);
  });

  it('is ours where it does not tell, and it is asked once', async () => {
    const play = await start();
    play.tells = false;
    play.services = () => turn(withPassword('p', play.at(HOUR)));
    expect(await play.get(play.plugin.services())).toHaveLength(1);
    await play.advance(HOUR);
    expect(await play.get(play.plugin.services())).toHaveLength(1);
    expect(play.asked).toEqual(['services', 'time', 'services']);
  });

  it('is asked for until nobody wants to know any more', async () => {
    const play = await start();
    play.services = () => turn(withPassword('p', play.at(HOUR)));
    play.mute = 'time';
    const controller = new AbortController();
    const gone = expect(play.plugin.services({ signal: controller.signal })).rejects.toThrow('enough');
    await play.settle();
    controller.abort(new Error('enough'));
    await gone;
    expect([play.stream.xmpp.pendingRequests, play.stream.clock.pending]).toEqual([0, []]);
  });
});

describe('what is asked', () => {
  it('is the type, of servers with either namespace, and of both the newer one', async () => {
    for (const [features, namespace] of [
      [[NS_EXTDISCO_1], NS_EXTDISCO_1],
      [[NS_EXTDISCO, NS_EXTDISCO_1], NS_EXTDISCO],
    ] as const) {
      const play = await start(() => turn(`restricted='1'`) + stun());
      play.features = features;
      play.credentials = (host) => turn(withPassword('p'), host);
      const found = await play.get(play.plugin.services({ type: 'turn' }));
      expect(found.map(({ type, password }) => [type, password])).toEqual([['turn', 'p']]);
      const asked = play.stream.sent.flatMap((xml) => xml.firstElement ?? []);
      expect(asked.filter(({ namespace: each }) => each === namespace).map(({ name }) => name)).toEqual([
        'services',
        'credentials',
      ]);
      expect(play.asked).toEqual(['services turn', 'credentials']);
    }
  });

  it('is a password where one is needed, and there is none', async () => {
    const play = await start(
      () =>
        turn(`restricted='1' ${withPassword('p')}`) +
        turn('', 'free.example') +
        turn(`restricted='1'`, '[2001:db8::1]'),
    );
    play.credentials = (host) => turn(withPassword('q'), host);
    const found = await play.get(play.plugin.services());
    expect(found.map(({ password }) => password)).toEqual(['p', undefined, 'q']);
    const questions = play.stream.sent.filter((xml) => xml.firstElement?.name === 'credentials');
    // As it was told: brackets belong to addresses in URIs.
    expect(questions.map((xml) => xml.firstElement?.firstElement?.attribute('host'))).toEqual(['2001:db8::1']);
  });

  it('is five passwords at a time, of the first twenty', async () => {
    const many = Array.from({ length: 22 }, (_, index) => turn(`restricted='1'`, `h${index}.example`));
    const play = await start(() => many.join(''));
    play.mute = 'credentials';
    const given = play.plugin.services().catch((error: unknown) => error);
    await play.settle();
    expect(play.asked.filter((name) => name === 'credentials')).toHaveLength(5);
    await play.stream.clock.advance(600_000);
    expect(await given).toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  it.each([
    ['has none', `<service type='turn' host='turn.example' restricted='1'/>`],
    ['is for another type', `<service type='turns' host='turn.example' password='p'/>`],
    ['is for another port', `<service type='turn' host='turn.example' port='1' password='p'/>`],
  ])('a password: an answer that %s', async (_what, answer) => {
    const play = await start();
    play.credentials = () => answer;
    const asked = play.get(play.plugin.credentials({ type: 'turn', host: 'turn.example', port: 3478 }));
    await expect(asked).rejects.toMatchObject({ code: 'ERR_NO_CREDENTIALS', server: SERVER, type: 'turn' });
  });

  it('a password, for whatever port where none is named', async () => {
    const play = await start();
    play.credentials = () => `<service type='turn' host='turn.example' port='1' password='p'/>`;
    expect((await play.get(play.plugin.credentials({ type: 'turn', host: 'turn.example' }))).port).toBe(1);
  });
});

describe('what is remembered', () => {
  it('is of fifty servers, and of four with lists that are as large as can be', async () => {
    for (const [count, long, kept] of [
      [51, 1, 50],
      [5, 2_000, 4],
    ] as const) {
      const play = await start((type) => {
        if (type !== undefined) return '';
        return Array.from(
          { length: long > 1 ? 100 : 1 },
          (_, i) =>
            `<service type='turn' host='h${i}.example' name='${'n'.repeat(256)}' username='u' password='${'p'.repeat(long)}'><x xmlns='jabber:x:data' type='result'><title>${'t'.repeat(Math.max(long - 100, 0))}</title></x></service>`,
        ).join('');
      });
      for (let i = 0; i < count; i++) await play.get(play.plugin.services({ server: `s${i}.example` }));
      const { length } = play.asked;
      for (let i = count - kept; i < count; i++) await play.plugin.services({ server: `s${i}.example` });
      expect(play.asked).toHaveLength(length);
      await play.get(play.plugin.services({ server: 's0.example' }));
      expect(play.asked).toHaveLength(length + 1);
    }
  });
});

describe('a push', () => {
  it('is looked at for a hundred services', async () => {
    const play = await start(() => turn(withPassword('p')));
    await play.get(play.plugin.services());
    const odd = `<service type='turn'/>`.repeat(99);
    await play.stream.recv(
      push(`${odd}${turn(withPassword('p'), 'last.example')}${turn(withPassword('p'), 'late.example')}`),
    );
    expect((await play.plugin.services()).map(({ host }) => host)).toEqual(['turn.montague.lit', 'last.example']);
  });

  it('changes a service where it stands', async () => {
    const hosts = ['a.example', 'b.example', 'c.example'];
    const play = await start(() => hosts.map((host) => turn(withPassword('p'), host)).join(''));
    await play.get(play.plugin.services());
    await play.stream.recv(push(turn(`action='modify' ${withPassword('q')}`, 'b.example')));
    expect((await play.plugin.services()).map(({ host, password }) => [host, password])).toEqual([
      ['a.example', 'p'],
      ['b.example', 'q'],
      ['c.example', 'p'],
    ]);
  });
});

describe('watching', () => {
  it('goes on until the last one has ended it', async () => {
    const play = await start(() => turn(withPassword('p')));
    const [first, second] = [play.plugin.watch(), play.plugin.watch()];
    await play.settle();
    first.dispose();
    await play.advance(HOUR, HOUR);
    expect(play.asked).toHaveLength(2);
    second.dispose();
    await play.advance(HOUR, HOUR);
    expect(play.asked).toHaveLength(2);
    const third = play.plugin.watch();
    await play.settle();
    await play.advance(HOUR, HOUR);
    expect(play.asked.length).toBeGreaterThan(2);
    third.dispose();
    expect(play.stream.clock.pending).toEqual([]);
  });

  it('asks nobody any more once it has ended, while it asks', async () => {
    const play = await start(() => turn(withPassword('p')));
    play.mute = 'services';
    const watch = play.plugin.watch();
    await play.settle();
    watch.dispose();
    await play.stream.idle();
    expect([play.stream.clock.pending, play.stream.xmpp.pendingRequests]).toEqual([[], 0]);
  });

  it('is not put off by a push that comes while it asks', async () => {
    const play = await start(() => turn(withPassword('p')));
    play.plugin.watch();
    await play.settle();
    play.mute = 'services';
    await play.advance(HOUR, HOUR);
    expect(play.asked).toEqual(['services', 'services']);
    const { length } = play.stream.clock.pending;
    await play.stream.recv(push(turn(withPassword('q'))));
    expect(play.stream.clock.pending).toHaveLength(length);
  });

  it('asks again before what was pushed expires', async () => {
    const play = await start(() => turn(withPassword('p')));
    play.plugin.watch();
    await play.settle();
    await play.stream.recv(push(turn(withPassword('q', play.at(10 * MINUTE)))));
    await play.advance(9 * MINUTE - 1, HOUR);
    expect(play.asked.filter((name) => name === 'services')).toHaveLength(1);
    await play.advance(1);
    expect(play.asked.filter((name) => name === 'services')).toHaveLength(2);
  });
});
