import { StreamManagement } from '@sestina/xep-0198';
import { describe, expect, it } from 'vitest';
import { ModelServer } from '../plugins/xep-0198/model-server.js';
import { idsIn, message, Play, sm } from '../plugins/xep-0198/support.js';

const ids = (letter: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${letter}${at}`);

describe('a session that the server still knows', () => {
  it('F9: goes on after the server was away for a while, which is no end of it', async () => {
    const server = new ModelServer();
    const { heard, sendings, events, client } = await server.start().run(20);
    const failures: unknown[] = [];
    client.on('connectionFailed', ({ error }) => failures.push((error as { code?: string }).code));
    server.away = true;
    server.drop();
    for (const id of ids('m', 30).slice(20)) sendings.push(client.sendMessage({ to: 'b@x', id, body: 'x' }));
    await server.clock.advance(5_000);
    expect(client.online).toBe(false);
    expect(new Set(failures)).toEqual(new Set(['ERR_CONNECT']));
    server.away = false;
    await server.clock.advance(120_000);
    expect(server.taken).toEqual(ids('m', 30));
    expect(heard).toEqual(ids('s', 30));
    expect(new Set(sendings.map(({ state }) => state))).toEqual(new Set(['acked']));
    expect(events).toEqual(['sessionStart', 'sessionResumed']);
  });

  it.each([
    'system-shutdown',
    'connection-timeout',
    'reset',
    'remote-connection-failed',
    'resource-constraint',
    'internal-server-error',
  ])('F12: is resumed after %s, and nothing is lost or doubled', async (condition) => {
    const play = await new Play().start();
    const sendings = play.send('1', '2');
    await play.say(message('a') + sm('a', "h='1'"));
    await play.say(
      `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
    );
    play.peer.end();
    await play.clock.advance(10);
    await play.login();
    expect(await play.heard()).toMatch(/<resume [^>]*h='1' previd='id1'/);
    await play.say(sm('resumed', "h='1' previd='id1'"));
    expect(idsIn(await play.heard())).toEqual(['2']);
    await play.say(sm('a', "h='2'"));
    expect(sendings.map(({ state }) => state)).toEqual(['acked', 'acked']);
    expect(play.events).toEqual(['sessionStart', 'smEnabled', 'sessionResumed']);
  });

  it('F18: is asked for again where the server does not answer, and what was written is not given up', async () => {
    const play = await new Play().start();
    const sendings = play.send('1');
    await play.lose();
    expect(await play.heard()).toContain('<resume ');
    const failed = play.client.wait('connectionFailed', { timeout: 120_000 });
    await play.clock.advance(61_000);
    expect((await failed).error).toMatchObject({ code: 'ERR_TIMEOUT', message: expect.stringContaining('"sm"') });
    expect(sendings.map(({ state }) => state)).toEqual(['written']);
    await play.login();
    expect(await play.heard()).toMatch(/<resume [^>]*previd='id1'/);
    await play.say(sm('resumed', "h='1' previd='id1'"));
    expect(sendings.map(({ state }) => state)).toEqual(['acked']);
    expect(play.events).toEqual(['sessionStart', 'smEnabled', 'sessionResumed']);
  });

  it('F19: is asked for an acknowledgement that does not come once, and then on a new connection', async () => {
    const play = await new Play({ timeout: 5_000, requestEvery: 1 }).start();
    const sendings = play.send('1', '2', '3');
    expect((await play.heard()).match(/<r /g)).toHaveLength(1);
    await play.clock.advance(5_001);
    expect(play.client.online).toBe(false);
    await play.login();
    await play.say(sm('resumed', "h='2' previd='id1'"));
    expect(idsIn(await play.heard())).toEqual(['3']);
    // Late: it was for the connection before.
    await play.say(sm('a', "h='1'") + sm('a', "h='2'"));
    expect(sendings.map(({ state }) => state)).toEqual(['acked', 'acked', 'written']);
  });

  it('F18: is given up where the server resumes it and then never answers: a new one begins, in which it may', async () => {
    const play = await new Play({ timeout: 5_000 }).start();
    const [sending] = play.send('1');
    for (let time = 0; time < 3; time++) {
      // The connection is cut, since `<r/>` is not answered.
      await play.clock.advance(5_300);
      await play.login();
      if (time < 2) await play.say(sm('resumed', "h='0' previd='id1'"));
    }
    expect(play.peer.received).not.toContain('<resume');
    await play.bind();
    await play.say(sm('enabled', "id='id2' resume='true'"));
    expect(sending?.state).toBe('unknown');
    expect(play.events.filter((name) => name === 'sessionStart')).toHaveLength(2);
  });

  it('F18: is not given up where it is answered in between, however often it is lost', async () => {
    const play = await new Play({ timeout: 5_000 }).start();
    for (let time = 0; time < 6; time++) {
      play.send(`${time}`);
      await play.clock.advance(5_300);
      await play.login();
      await play.say(sm('resumed', `h='${time}' previd='id1'`));
      await play.say(sm('a', `h='${time + 1}'`));
    }
    expect(play.events.filter((name) => name !== 'sessionResumed')).toEqual(['sessionStart', 'smEnabled']);
  });

  it('F11: is not ended by a conflict on the connection before', async () => {
    const play = await new Play().start();
    play.send('1');
    const old = play.peer;
    await play.lose();
    await play.say(sm('resumed', "h='1' previd='id1'"));
    old.send("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
    old.end();
    await play.clock.runUntilIdle();
    expect(play.client.online).toBe(true);
    expect(play.client.use(StreamManagement)).toBe(play.management);
    expect(play.management.resumable).toBe(true);
  });
});
