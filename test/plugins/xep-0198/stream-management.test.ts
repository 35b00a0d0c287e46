import { readFileSync } from 'node:fs';
import { ComponentXMPP } from '@sestina/component';
import { ConfigError } from '@sestina/core';
import { StreamManagement } from '@sestina/xep-0198';
import { describe, expect, it } from 'vitest';
import { idsIn, message, Play, SM, sm } from './support.js';

const states = (sendings: readonly { readonly state: string }[]) => sendings.map(({ state }) => state);

describe('enabling', () => {
  it('is the first that is written in a session, and what is written behind it counts', async () => {
    const play = new Play();
    const [early] = play.send('early');
    await play.start('');
    expect(play.management.enabled).toBe(false);
    expect(play.management.unacked).toEqual([early]);
    await play.say(sm('enabled', "id='id1' resume='1' max='300'"));
    expect(play.management).toMatchObject({ enabled: true, resumable: true });
    await play.say(sm('a', "h='1'"));
    expect(early?.state).toBe('acked');
    expect(play.events).toEqual(['sessionStart', 'smEnabled']);
  });

  it('writes <enable/> before what waits', async () => {
    const play = new Play({ max: 60 });
    play.send('1');
    void play.client.connect();
    await play.clock.runUntilIdle();
    await play.login();
    await play.bind();
    expect(await play.heard()).toMatch(/^<enable xmlns='urn:xmpp:sm:3' resume='true' max='60'\/><message /);
  });

  it('is not tried where the server does not offer it, and may be refused', async () => {
    const without = await new Play().start('', "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
    expect(without.peer.received).not.toContain('urn:xmpp:sm:3');
    const [sending] = without.send('1');
    expect(sending?.state).toBe('written');
    expect(without.management.unacked).toEqual([]);
    const refused = await new Play().start(sm('failed'));
    expect(refused.events).toEqual(['sessionStart', 'smFailed']);
    refused.send('1');
    expect(await refused.heard()).not.toContain('<r ');
    expect(refused.management).toMatchObject({ enabled: false, unacked: [] });
  });

  it('is of clients alone, with numbers that are numbers', () => {
    const component = new ComponentXMPP({ jid: 'bot.example.org', secret: 'x' });
    expect(() => component.use(StreamManagement)).toThrow('xep-0198 is for a client');
    for (const wrong of [0, -1, Number.NaN]) expect(() => new Play({ requestEvery: wrong })).toThrow(ConfigError);
  });
});

describe('acknowledgements of the server', () => {
  it('are asked for after some stanzas, or a while; not again before the answer', async () => {
    const play = await new Play({ requestEvery: 3, requestAfter: 250 }).start();
    play.send('1', '2');
    expect(await play.heard()).not.toContain('<r ');
    play.send('3', '4', '5', '6', '7');
    expect(await play.heard()).toMatch(/id='3'.*<r xmlns='urn:xmpp:sm:3'\/>.*id='7'/s);
    await play.clock.advance(1_000);
    expect(await play.heard()).not.toContain("<r xmlns='urn:xmpp:sm:3'/><r");
    await play.say(sm('a', "h='3'"));
    await play.clock.advance(250);
    expect(await play.heard()).toBe("<r xmlns='urn:xmpp:sm:3'/>");
    await play.say(sm('a', "h='7'"));
    await play.clock.advance(60_000);
    expect(await play.heard()).toBe('');
  });

  it('F19: settle acked() in order; the same or a smaller count says nothing new', async () => {
    const play = await new Play().start();
    const sendings = play.send('1', '2', '3');
    const acked = sendings[0]?.acked();
    await play.say(sm('a', "h='2'") + sm('a', "h='2'") + sm('a', "h='1'"));
    expect(states(sendings)).toEqual(['acked', 'acked', 'written']);
    expect(await acked).toBe('acked');
    expect(play.client.online).toBe(true);
  });

  it('are of stanzas as they were written, whatever becomes of the objects', async () => {
    const play = await new Play().start();
    const said = play.client.message({ to: 'bob@example.net', id: '1', body: 'first' });
    said.send();
    said.body = 'second';
    await play.lose();
    await play.say(sm('resumed', "h='0' previd='id1'"));
    expect(await play.heard()).toContain('<body>first</body>');
  });

  it('F1: that do not come lead to a new connection', async () => {
    const play = await new Play({ timeout: 5_000 }).start();
    play.send('1');
    await play.clock.advance(250 + 5_000);
    expect(play.client.online).toBe(false);
  });

  it('F5: are bounded: further stanzas wait in the queue until some have come', async () => {
    const play = await new Play({ maxUnacked: 4 }).start();
    const sendings = play.send('1', '2', '3', '4', '5', '6');
    expect(states(sendings)).toEqual(['written', 'written', 'written', 'queued', 'queued', 'queued']);
    await play.say(sm('a', "h='1'"));
    expect(states(sendings)).toEqual(['acked', 'written', 'written', 'written', 'queued', 'queued']);
    await play.say(sm('a', "h='4'"));
    expect(states(sendings).slice(-2)).toEqual(['written', 'written']);
  });
});

describe('our acknowledgements', () => {
  it('F6: tell what was handled, at once where the server asks', async () => {
    const play = await new Play().start();
    let done: () => void = () => {};
    play.client.onMessage(({ id }) => (id === '2' ? new Promise<void>((resolve) => (done = resolve)) : undefined));
    await play.say(message('1') + message('2') + message('3') + sm('r'));
    expect(await play.heard()).toContain("h='0'");
    await play.say(sm('r'));
    expect(await play.heard()).toContain("h='1'");
    done();
    await play.clock.runUntilIdle();
    await play.say(sm('r'));
    expect(await play.heard()).toContain("h='3'");
  });

  it('come unasked after some stanzas or a while, and before we leave', async () => {
    const play = await new Play({ ackEvery: 2, ackAfter: 2_000 }).start();
    await play.say(message('1') + message('2'));
    expect(await play.heard()).toBe("<a xmlns='urn:xmpp:sm:3' h='2'/>");
    await play.say(message('3'));
    expect(await play.heard()).toBe('');
    await play.clock.advance(2_000);
    expect(await play.heard()).toBe("<a xmlns='urn:xmpp:sm:3' h='3'/>");
    await play.say(message('4'));
    void play.client.disconnect();
    expect(await play.heard()).toBe("<a xmlns='urn:xmpp:sm:3' h='4'/></stream:stream>");
  });

  it('go with a question before we leave, and its answer counts', async () => {
    const play = await new Play().start();
    const [sending] = play.send('1');
    const left = play.client.disconnect();
    expect(await play.heard()).toMatch(/<a [^>]*h='0'\/><r xmlns='urn:xmpp:sm:3'\/><\/stream:stream>$/);
    await play.say(`${sm('a', "h='1'")}</stream:stream>`);
    play.peer.end();
    await play.clock.runUntilIdle();
    await left;
    expect(sending?.state).toBe('acked');
  });

  it('count what is refused, and not what came before the server began to count', async () => {
    const play = await new Play().start('');
    let done: () => void = () => {};
    play.client.onMessage(({ id }) => (id === 'before' ? new Promise<void>((resolve) => (done = resolve)) : undefined));
    await play.say(`${message('before') + sm('enabled', "id='id1' resume='true'")}<message from='@'/>${message('1')}`);
    await play.say(sm('r'));
    expect(await play.heard()).toContain("<a xmlns='urn:xmpp:sm:3' h='0'/>");
    done();
    await play.clock.runUntilIdle();
    await play.say(sm('r'));
    expect(await play.heard()).toContain("<a xmlns='urn:xmpp:sm:3' h='2'/>");
  });
});

describe('resuming', () => {
  it('loses and doubles nothing: what was not counted is written again, before what waits', async () => {
    const play = await new Play().start();
    const sendings = play.send('1', '2', '3');
    await play.say(sm('a', "h='1'") + message('a') + message('b'));
    await play.lose();
    sendings.push(...play.send('4'));
    expect(await play.heard()).toMatch(/<resume xmlns='urn:xmpp:sm:3' h='2' previd='id1'\/>$/);
    const got: unknown[] = [];
    play.client.onMessage(({ id }) => got.push(id));
    await play.say(sm('resumed', "h='2' previd='id1'") + message('c'));
    const text = await play.heard();
    expect(idsIn(text)).toEqual(['3', '4']);
    expect(text).toMatch(/<r xmlns='urn:xmpp:sm:3'\/>/);
    expect(got).toEqual(['c']);
    await play.say(sm('a', "h='4'") + sm('r'));
    expect(states(sendings)).toEqual(['acked', 'acked', 'acked', 'acked']);
    expect(await play.heard()).toContain("h='3'");
    expect(play.events).toEqual(['sessionStart', 'smEnabled', 'sessionResumed']);
  });

  it('tells what was handled; what comes again although it is at work is dropped, and counted once', async () => {
    const play = await new Play().start();
    const got: unknown[] = [];
    let done: () => void = () => {};
    play.client.onMessage(({ id }) => {
      got.push(id);
      return id === 'b' ? new Promise<void>((resolve) => (done = resolve)) : undefined;
    });
    await play.say(message('a') + message('b') + message('c'));
    expect(got).toEqual(['a', 'b', 'c']);
    for (const again of [message('b'), message('b') + message('c') + message('d')]) {
      await play.lose();
      expect(await play.heard()).toMatch(/<resume [^>]*h='1'/);
      await play.say(sm('resumed', "h='0' previd='id1'") + again);
    }
    expect(got).toEqual(['a', 'b', 'c', 'd']);
    await play.heard();
    done();
    await play.clock.runUntilIdle();
    await play.say(sm('r'));
    expect(await play.heard()).toContain("h='4'");
    await play.say(message('e'));
    await play.say(sm('r'));
    expect(got.at(-1)).toBe('e');
    expect(await play.heard()).toContain("h='5'");
  });

  it('F20: may be cut off again and again', async () => {
    const play = await new Play().start();
    const sendings = play.send('1', '2');
    for (let i = 0; i < 5; i++) {
      await play.lose();
      await play.say(sm('resumed', "h='0' previd='id1'"));
      expect(idsIn(await play.heard())).toEqual(['1', '2']);
    }
    await play.say(sm('a', "h='2'"));
    expect(states(sendings)).toEqual(['acked', 'acked']);
  });

  it('that is refused begins a new session; what was not counted is unknown', async () => {
    const play = await new Play().start();
    const sendings = play.send('1', '2', '3');
    const outcomes = sendings.map((sending) => sending.acked().catch(({ reason }) => reason));
    await play.lose();
    await play.say(sm('failed', "h='1'"));
    await play.bind();
    await play.say(sm('enabled', "id='id2' resume='true'"));
    expect(states(sendings)).toEqual(['acked', 'unknown', 'unknown']);
    expect(await Promise.all(outcomes)).toEqual(['acked', 'disconnected', 'disconnected']);
    expect(play.events.filter((name) => name !== 'smUnknown')).toEqual([
      'sessionStart',
      'smEnabled',
      'smFailed',
      'sessionEnd',
      'sessionStart',
      'smEnabled',
    ]);
    expect(play.events).toContain('smUnknown');
    const [fresh] = play.send('4');
    await play.say(sm('a', "h='1'"));
    expect(fresh?.state).toBe('acked');
  });

  it('is not tried where the session cannot be resumed, or was left', async () => {
    const play = await new Play().start(sm('enabled'));
    const sendings = play.send('1');
    await play.lose();
    expect(await play.heard()).not.toContain('<resume');
    expect(states(sendings)).toEqual(['unknown']);
  });

  it('has an end where the server says so', async () => {
    const play = await new Play().start(sm('enabled', "id='id1' resume='true' max='1'"));
    const sendings = play.send('1');
    play.peer.drop();
    await play.clock.advance(70_000);
    expect(states(sendings)).toEqual(['unknown']);
    expect(play.events).toContain('sessionEnd');
  });

  it('leaves no timer behind', async () => {
    const play = await new Play().start();
    play.send('1', '2');
    await play.say(message('1'));
    const gone = play.client.dispose();
    await play.say('</stream:stream>');
    play.peer.end();
    await play.clock.advance(10_000);
    await gone;
    expect(play.clock.pending).toEqual([]);
  });
});

describe('a sign of life', () => {
  it('is asked for with <r/>', async () => {
    const play = await new Play({}, { interval: 20_000, timeout: 10_000 }).start();
    await play.clock.advance(20_000);
    expect(await play.heard()).toBe("<r xmlns='urn:xmpp:sm:3'/>");
  });
});

describe('bad input (test/badxml)', () => {
  const file = (name: string): string => {
    const text = readFileSync(new URL(`../../badxml/${name}`, import.meta.url), 'utf8');
    return text.slice(text.indexOf('<', text.indexOf('<stream:stream') + 1));
  };

  it.each([
    ['138-sm-ack-too-high.xml', 'undefined-condition'],
    ['139-sm-ack-not-number.xml', 'bad-format'],
  ])('F18, F19: %s ends the stream, with both numbers where one is too high', async (name, condition) => {
    const play = await new Play().start();
    const sendings = play.send('1');
    await play.say(file(name));
    const text = await play.heard();
    expect(text).toContain(`<${condition} `);
    if (name.startsWith('138')) expect(text).toMatch(/<handled-count-too-high [^>]*h='1000' send-count='1'/);
    expect(states(sendings)).toEqual(['unknown']);
  });

  it('F19: 140-sm-ack-backwards.xml is ignored', async () => {
    const play = await new Play().start();
    const sendings = play.send('1', '2', '3', '4', '5');
    await play.say(file('140-sm-ack-backwards.xml'));
    expect(new Set(states(sendings))).toEqual(new Set(['acked']));
    expect(play.client.online).toBe(true);
  });

  it('F18: 141-sm-resumed-wrong-previd.xml ends the stream', async () => {
    const play = await new Play().start();
    play.send('1');
    await play.lose();
    await play.heard();
    await play.say(file('141-sm-resumed-wrong-previd.xml'));
    expect(await play.heard()).toContain('<undefined-condition ');
    expect(play.client.online).toBe(false);
  });

  it.each(["h='99' previd='id1'", "previd='id1'", "h='-1' previd='id1'"])(
    'F18: so does <resumed %s/>',
    async (attributes) => {
      const play = await new Play().start();
      play.send('1');
      await play.lose();
      await play.heard();
      await play.say(sm('resumed', attributes));
      expect(await play.heard()).toContain('<undefined-condition ');
    },
  );

  it.each([
    sm('resumed', "h='0' previd='other'"),
    sm('resumed', "h='99' previd='id1'"),
    sm('enabled', "id='id2' resume='true'"),
    "<message from='bob@example.net/x'><body>x</body></message>",
  ])('a session is not asked for again where the answer is %s: a new one begins', async (answer) => {
    const play = await new Play().start();
    const sendings = play.send('1');
    await play.lose();
    expect(await play.heard()).toContain('<resume ');
    await play.say(answer);
    // As long as a pause after what is nobody's passing fault may be.
    for (let waited = 0; play.peers.length < 3 && waited < 600; waited++) await play.clock.advance(1_000);
    await play.login();
    await play.bind();
    expect(play.client.online).toBe(true);
    expect(play.peers[2]?.received).not.toContain('<resume ');
    expect(states(sendings)).toEqual(['unknown']);
    expect(play.events).toContain('smUnknown');
  });

  it('what is said out of turn is ignored', async () => {
    const play = await new Play().start('', `${SM}<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>`);
    await play.say(sm('a', "h='7'") + sm('r') + sm('resumed', "h='1' previd='x'"));
    expect(play.client.online).toBe(true);
    await play.say(sm('enabled', "id='id1' resume='true'") + sm('enabled', "id='id2'") + sm('failed'));
    expect(play.management).toMatchObject({ enabled: true, resumable: true });
  });
});
