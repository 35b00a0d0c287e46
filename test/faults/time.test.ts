import { describe, expect, it } from 'vitest';
import { idsIn, message, Play, sm } from '../plugins/xep-0198/support.js';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const WATCHED = { interval: MINUTE, timeout: 30_000 };

describe('a clock that is set', () => {
  it.each([10 * MINUTE, -10 * MINUTE, DAY, -DAY])('F21: by %i ms ends nothing and gives up nothing', async (jump) => {
    const play = await new Play({}, WATCHED).start();
    const [sending] = play.send('1');
    play.clock.jump(jump);
    await play.say(sm('a', "h='1'"));
    expect(sending?.state).toBe('acked');
    for (let minute = 0; minute < 10; minute++) {
      await play.clock.advance(MINUTE);
      const asked = (await play.heard()).match(/<r /g) ?? [];
      // One question for each minute of silence, however the clock was set.
      expect(asked.length).toBeLessThanOrEqual(1);
      await play.say(sm('a', "h='1'"));
    }
    expect(play.events).toEqual(['sessionStart', 'smEnabled']);
  });

  it.each([DAY, -DAY])('F21: by %i ms while it waits to reconnect goes on as if nothing had been', async (jump) => {
    const play = await new Play({}, WATCHED).start();
    play.down.add('');
    const delays: number[] = [];
    play.client.on('reconnectDelay', ({ delay }) => delays.push(delay));
    play.peer.drop();
    await play.clock.advance(0);
    const before = play.targets.length;
    play.clock.jump(jump);
    await play.clock.advance(20);
    expect(delays.every((delay) => delay >= 0)).toBe(true);
    // The pauses are of 1 ms at most here, and of half of that as a rule.
    expect(play.targets.length - before).toBeGreaterThan(10);
    expect(play.targets.length - before).toBeLessThan(150);
  });
});

describe('a machine that slept', () => {
  it('F21: asks at once with <r/>, and what came meanwhile counts', async () => {
    const play = await new Play({}, WATCHED).start();
    const causes: string[] = [];
    play.client.on('wake', ({ cause }) => causes.push(cause));
    await play.clock.advance(20_000);
    await play.say(message('a'));
    // The wall clock goes on while it sleeps; timers and what they are measured by may not.
    play.clock.jump(8 * 60 * MINUTE);
    await play.clock.advance(40_000);
    expect(await play.heard()).toContain("<r xmlns='urn:xmpp:sm:3'/>");
    expect(causes).toEqual(['clock']);
    await play.say(sm('a', "h='0'"));
    await play.clock.advance(10 * MINUTE);
    expect(causes).toEqual(['clock']);
  });

  it('F21: makes its lost connection again, and resumes', async () => {
    const play = await new Play({}, WATCHED).start();
    const sendings = play.send('1');
    await play.heard();
    play.clock.jump(8 * 60 * MINUTE);
    // Nobody answers any more.
    await play.clock.advance(MINUTE + WATCHED.timeout);
    expect(play.client.online).toBe(false);
    await play.login();
    await play.say(sm('resumed', "h='0' previd='id1'"));
    expect(idsIn(await play.heard())).toEqual(['1']);
    await play.say(sm('a', "h='1'"));
    expect(sendings.map(({ state }) => state)).toEqual(['acked']);
  });
});
