import { inspect } from 'node:util';
import { ScriptedStream } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ExternalServices, NS_EXTDISCO, NS_EXTDISCO_1 } from '../src/index.js';
import { OWN, push, SERVER, turn, usePlays, withPassword } from './play.js';

const HOUR = 3_600_000;
const start = usePlays(afterEach);

describe('services', () => {
  it('are asked for once, until something expires', async () => {
    const play = await start();
    let password = 0;
    play.services = () => {
      password += 1;
      const hour = withPassword(`p${password}`, play.at(HOUR));
      return `${turn(hour)}<service type='stun' host='stun.montague.lit'/>`;
    };
    const { plugin } = play;
    const first = await play.get(plugin.services());
    expect(first.map(({ type, password: secret, server }) => [type, secret, server.full])).toEqual([
      ['turn', 'p1', SERVER],
      ['stun', undefined, SERVER],
    ]);
    expect(await plugin.services({ type: 'turn' })).toEqual([first[0]]);
    await play.advance(59 * 60_000 - 1);
    expect(await plugin.iceServers()).toHaveLength(2);
    expect(play.asked).toEqual(['services', 'time']);
    await play.advance(1);
    expect((await play.get(plugin.services()))[0]?.password).toBe('p2');
    expect(await plugin.iceServers({ relayOnly: true })).toEqual([
      { urls: 'turn:turn.montague.lit:3478?transport=udp', username: 'u', credential: 'p2' },
    ]);
    expect(play.asked).toEqual(['services', 'time', 'services']);
  });

  it('are kept for an hour where nothing expires, and for half of a short life', async () => {
    const play = await start(() => turn(withPassword('p')));
    await play.get(play.plugin.services({ type: 'turn' }));
    await play.advance(HOUR - 1);
    await play.plugin.services({ type: 'turn' });
    await play.advance(1);
    play.services = () => turn(withPassword('p', play.at(40_000)));
    await play.get(play.plugin.services({ type: 'turn' }));
    expect(play.asked).toEqual(['services turn', 'services turn', 'time']);
    await play.advance(19_999);
    await play.plugin.services({ type: 'turn' });
    await play.advance(1);
    await play.get(play.plugin.services({ type: 'turn' }));
    expect(play.asked.filter((name) => name === 'services turn')).toHaveLength(3);
  });

  it('are not given once they have expired', async () => {
    const play = await start();
    play.services = () =>
      turn(withPassword('old', play.at(-1_000))) + turn(withPassword('new', play.at(HOUR)), 'b.example');
    expect((await play.get(play.plugin.services())).map(({ password }) => password)).toEqual(['new']);
  });

  it('are read by the clock of the server where ours is wrong', async () => {
    for (const skew of [-8 * HOUR, 8 * HOUR]) {
      const play = await start();
      play.skew = skew;
      play.services = () => turn(withPassword('p', play.at(HOUR)));
      expect(await play.get(play.plugin.iceServers())).toHaveLength(1);
      await play.advance(58 * 60_000);
      expect(await play.plugin.iceServers()).toHaveLength(1);
      await play.advance(60_000);
      await play.get(play.plugin.iceServers());
      expect(play.asked).toEqual(['services', 'time', 'services']);
    }
  });

  it.each([-8, 8])(
    'are read by the right clock where ours is set in the meantime, from %i hours off',
    async (hours) => {
      const play = await start();
      play.skew = hours * HOUR;
      play.services = () => turn(withPassword('p', play.at(HOUR)));
      expect(await play.get(play.plugin.iceServers())).toHaveLength(1);
      play.stream.clock.jump(hours * HOUR);
      play.skew = 0;
      await play.advance(HOUR);
      expect(await play.get(play.plugin.iceServers())).toHaveLength(1);
      await play.advance(58 * 60_000);
      expect(await play.plugin.iceServers()).toHaveLength(1);
      await play.advance(60_000);
      await play.get(play.plugin.iceServers());
      expect(play.asked).toEqual(['services', 'time', 'services', 'time', 'services']);
    },
  );

  it('are fresh after a night in which the machine slept', async () => {
    const play = await start();
    play.services = () => turn(withPassword('p', play.at(HOUR)));
    play.plugin.watch();
    await play.settle();
    play.stream.clock.jump(8 * HOUR);
    const [service] = await play.get(play.plugin.services());
    expect(service?.expires?.getTime()).toBeGreaterThan(play.stream.clock.now());
  });

  it('are asked for with the namespace that the server has', async () => {
    const play = await start(() => turn(withPassword('p')));
    play.features = [NS_EXTDISCO_1];
    expect(await play.get(play.plugin.iceServers())).toHaveLength(1);
    const [, request] = play.stream.sent.filter(({ name }) => name === 'iq');
    expect(request?.child('services', NS_EXTDISCO_1)).toBeDefined();
    expect([request?.attribute('to')]).toEqual([SERVER]);
  });

  it('are refused as the server refuses them, and asked for again', async () => {
    const play = await start(() => undefined);
    await expect(play.get(play.plugin.services())).rejects.toMatchObject({ condition: 'item-not-found' });
    play.services = () => turn(withPassword('p'));
    expect(await play.get(play.plugin.services())).toHaveLength(1);
  });

  it('are a hundred at most, and those that can be used', async () => {
    const many = Array.from({ length: 300 }, (_, index) => turn(withPassword('p'), `h${index}.example`));
    const play = await start(() => turn('', 'a?b') + many.join(''));
    expect(await play.get(play.plugin.services())).toHaveLength(100);
    play.services = () => many.join('');
    await play.stream.recv(push(many.map((each) => each.replace("host='h", "host='g")).join('')));
    expect(await play.plugin.services()).toHaveLength(100);
  });

  it('are kept whole however much is said of each, within bounds', async () => {
    const long = (length: number): string => 'x'.repeat(length);
    const many = Array.from({ length: 200 }, (_, index) => {
      const more = `<x xmlns='jabber:x:data' type='result'><field var='f'><value>${long(1_900)}</value></field></x>`;
      return `<service type='turn' host='h${index}.example' name='${long(500)}' username='u' password='${long(2_040)}'>${more}</service>`;
    });
    const play = await start(() => turn(withPassword(long(3_000)), 'too-long.example') + many.slice(0, 110).join(''));
    const services = await play.get(play.plugin.services());
    expect([services.length, services[0]?.name?.length, services[0]?.extended?.field('f')?.value?.length]).toEqual([
      100, 256, 1_900,
    ]);
    expect([(await play.plugin.services()).length, play.asked.length]).toEqual([100, 1]);
    play.services = () =>
      turn(withPassword('p')).replace('/>', `><x xmlns='jabber:x:data'><title>${long(9_000)}</title></x></service>`);
    await play.advance(HOUR);
    const [plain] = await play.get(play.plugin.services());
    expect([plain?.password, plain?.extended]).toEqual(['p', undefined]);
  });

  it('are another server’s where that is asked', async () => {
    const play = await start(() => turn(withPassword('p')));
    const options = { server: 'disco.shakespeare.lit' };
    const [service] = await play.get(play.plugin.services(options));
    expect(service?.server.full).toBe(options.server);
    expect(play.stream.sent.at(-1)?.attribute('to')).toBe(options.server);
  });

  it('are asked for once for all who ask at the same time', async () => {
    const play = await start(() => turn(withPassword('p')));
    const [a, b] = await play.get(Promise.all([play.plugin.services(), play.plugin.iceServers()]));
    expect([a.length, b.length, play.asked]).toEqual([1, 1, ['services']]);
  });
});

describe('passwords', () => {
  it('are asked for where a service is restricted, by host, type and port', async () => {
    const play = await start(
      () =>
        turn(`restricted='true'`) +
        `<service type='turn' host='turn.montague.lit' port='5349' transport='tcp' restricted='1'/>` +
        turn(`restricted='true'`, 'refuses.example') +
        turn(`restricted='true'`, 'lies.example'),
    );
    play.credentials = (host, port) => {
      if (host === 'refuses.example') return undefined;
      if (host === 'lies.example') return turn(withPassword('x'), 'other.example');
      return `<service type='turn' host='${host}' port='9' username='no' password='no'/><service type='turn' host='${host}' port='${port}' username='u' password='for ${port}'/>`;
    };
    const services = await play.get(play.plugin.services());
    expect(services.map(({ host, port, password }) => [host, port, password])).toEqual([
      ['turn.montague.lit', 3478, 'for 3478'],
      ['turn.montague.lit', 5349, 'for 5349'],
      ['refuses.example', 3478, undefined],
      ['lies.example', 3478, undefined],
    ]);
    expect(await play.plugin.iceServers()).toHaveLength(2);
    expect(play.asked.filter((name) => name === 'credentials')).toHaveLength(4);
  });

  it('are asked for a few times only, however many services there are', async () => {
    const many = Array.from({ length: 90 }, (_, index) => turn(`restricted='true'`, `h${index}.example`));
    const play = await start(() => many.join(''));
    play.credentials = (host) => turn(withPassword('p'), host);
    await play.get(play.plugin.services());
    expect(play.asked.filter((name) => name === 'credentials')).toHaveLength(20);
  });

  it('can be had for a service that is known from elsewhere', async () => {
    const play = await start();
    play.credentials = (host) => `<service type='turn' host='${host}' username='u' password='p'/>`;
    const found = await play.get(play.plugin.credentials({ type: 'turn', host: 'Turn.Example', port: 3478 }));
    expect([found.password, found.username, found.host]).toEqual(['p', 'u', 'turn.example']);
    play.payload = 'services';
    expect((await play.get(play.plugin.credentials({ type: 'turn', host: 'turn.example' }))).password).toBe('p');
    play.credentials = () => '';
    await expect(play.get(play.plugin.credentials({ type: 'turn', host: 'turn.example' }))).rejects.toMatchObject({
      code: 'ERR_NO_CREDENTIALS',
      host: 'turn.example',
    });
  });

  it('are in no log', async () => {
    const play = await start(() => turn(withPassword('hunter2')));
    const services = await play.get(play.plugin.services());
    expect(services[0]?.password).toBe('hunter2');
    for (const text of [inspect(services), JSON.stringify(services), `${services}`, inspect(play.told)]) {
      expect(text).not.toContain('hunter2');
    }
  });
});

describe('pushes', () => {
  it('add, change and take away what was asked for', async () => {
    const play = await start(() => turn(withPassword('p1')) + turn(withPassword('p2'), 'b.example'));
    await play.get(play.plugin.services({ type: 'turn' }));
    await play.stream.recv(
      push(
        `<service action='add' type='turn' host='c.example' port='1' username='u' password='p3'/>` +
          `<service action='modify' type='turn' host='turn.montague.lit' port='3478' username='u' password='p4'/>` +
          `<service action='delete' type='turn' host='b.example' port='3478'/>` +
          `<service action='add' type='stun' host='stun.example'/>`,
      ),
    );
    const now = await play.plugin.services({ type: 'turn' });
    expect(now.map(({ host, password }) => [host, password])).toEqual([
      ['turn.montague.lit', 'p4'],
      ['c.example', 'p3'],
    ]);
    expect(play.told).toEqual([{ type: 'turn', services: now }]);
    expect(play.stream.sent.at(-1)?.attribute('type')).toBe('result');
    await play.stream.recv(push(`<service action='remove' type='turn' host='c.example'/><service action='odd'/>`));
    expect(await play.plugin.services({ type: 'turn' })).toHaveLength(1);
    await play.stream.recv(push(`<service action='remove' type='turn' host='c.example'/>`));
    expect(play.told).toHaveLength(2);
  });

  it('are of who was asked, and of nobody else', async () => {
    const play = await start(() => turn(withPassword('p')));
    const refused = async (from: string): Promise<void> => {
      play.stream.skipSent();
      await play.stream.recv(push(turn(withPassword('evil'), 'evil.example'), from));
      const answer = await play.stream.nextSent();
      expect(`${answer.attribute('type')} ${answer}`).toMatch(/^error .*service-unavailable/);
    };
    await refused(SERVER);
    await play.get(play.plugin.services());
    for (const from of ['evil.example', 'juliet@capulet.lit/balcony', `${SERVER}/x`, 'romeo@montague.lit', OWN]) {
      await refused(from);
    }
    expect([(await play.plugin.services()).length, play.told]).toEqual([1, []]);
    await play.reconnect();
    await refused(SERVER);
  });

  it('of a service whose password is not told have it asked for when it is wanted', async () => {
    const play = await start(() => '');
    play.credentials = (host) => turn(withPassword('p'), host);
    await play.get(play.plugin.services());
    await play.stream.recv(push(turn(`restricted='true'`)));
    play.services = () => turn(`restricted='true'`);
    expect((await play.get(play.plugin.services()))[0]?.password).toBe('p');
  });

  it('that come while it is asked for passwords are not lost', async () => {
    const play = await start(() => turn(`restricted='true'`));
    play.credentials = (host) => {
      if (!pushed) {
        pushed = true;
        void play.stream.recv(push(turn(withPassword('p2'), 'b.example')));
      }
      return turn(withPassword('p1'), host);
    };
    let pushed = false;
    const services = await play.get(play.plugin.services());
    expect(services.map(({ password }) => password)).toEqual(['p1', 'p2']);
  });
});

describe('watching', () => {
  it('has fresh passwords at any time of two days, over many sessions, with one question at a time', async () => {
    const play = await start();
    let count = 0;
    play.services = (type) => {
      if (type !== 'turn') return '';
      count += 1;
      return turn(withPassword(`p${count}`, play.at(HOUR)));
    };
    const watch = play.plugin.watch('turn');
    await play.settle();
    for (let hour = 0; hour < 48; hour++) {
      if (hour % 5 === 0) await play.reconnect();
      await play.advance(HOUR);
      const before = count;
      const [service] = await play.get(play.plugin.services({ type: 'turn' }));
      expect(service?.expires?.getTime()).toBeGreaterThan(play.stream.clock.now());
      expect(count).toBe(before);
    }
    // 59 minutes each, and one more for each of ten sessions.
    expect(count).toBeGreaterThan(48);
    expect(count).toBeLessThan(62);
    expect(play.told).toHaveLength(count);
    watch.dispose();
    const last = count;
    await play.advance(5 * HOUR, HOUR);
    expect(count).toBe(last);
  });

  it('tells of what has changed alone, and goes on after a refusal', async () => {
    const play = await start(() => turn(withPassword('p')));
    const both = [play.plugin.watch(), play.plugin.watch()];
    await play.settle();
    await play.reconnect();
    await play.advance(HOUR, HOUR / 4);
    expect([play.told.length, play.asked]).toEqual([1, ['services', 'services', 'services']]);
    play.services = () => undefined;
    await play.advance(HOUR, HOUR / 4);
    play.services = () => '';
    await play.advance(60_000);
    expect(play.told.at(-1)).toEqual({ type: undefined, services: [] });
    both[0]?.dispose();
    await play.advance(2 * HOUR, HOUR);
    const { length } = play.asked;
    both[1]?.dispose();
    await play.advance(5 * HOUR, HOUR);
    expect(play.asked).toHaveLength(length);
  });

  it('asks no more often because of what a server calls short-lived, or pushes', async () => {
    const play = await start();
    play.services = () => turn(withPassword('p', play.at(2)));
    play.plugin.watch();
    await play.settle();
    await play.advance(100_000, 1_000);
    expect(play.asked.filter((name) => name === 'services').length).toBeLessThan(12);
    const { length } = play.asked;
    for (let i = 0; i < 100; i++) await play.stream.recv(push(turn(`restricted='true'`, `h${i}.example`)));
    await play.settle();
    expect(play.asked).toHaveLength(length);
  });

  it('ends with the session, and with the plugin', async () => {
    const play = await start(() => turn(withPassword('p')));
    play.plugin.watch('turn');
    await play.settle();
    await play.stream.disconnect();
    await play.advance(3 * HOUR, HOUR);
    expect(play.asked).toHaveLength(1);
    await play.stream.connect();
    await play.settle();
    expect(play.asked).toHaveLength(2);
    const waiting = expect(play.plugin.services()).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING' });
    await play.stream.idle();
    play.stream.xmpp.remove(ExternalServices);
    await waiting;
    await play.advance(3 * HOUR, HOUR);
    expect(play.asked.filter((name) => name === 'services turn')).toHaveLength(2);
    expect(() => play.plugin.watch()).toThrow('xep-0215');
  });
});

it('is for clients', async () => {
  await expect(ScriptedStream.start({ kind: 'component', plugins: [ExternalServices] })).rejects.toThrow('xep-0215');
  expect(NS_EXTDISCO).toBe('urn:xmpp:extdisco:2');
});
