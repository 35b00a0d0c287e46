import { DisconnectedError, parseStanza, SendError, TimeoutError } from '@sestina/core';
import { NotManagedError, StreamManagement, type UnsentStanza } from '@sestina/xep-0198';
import { describe, expect, it } from 'vitest';
import { idsIn, Play, SM, sm } from './support.js';

const ENABLED = sm('enabled', "id='id1' resume='true'");
const ITEM_NOT_FOUND = "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>";
const failed = (attributes = '') => `<failed xmlns='urn:xmpp:sm:3' ${attributes}>${ITEM_NOT_FOUND}</failed>`;

/** What `smUnknown` gives where these were not counted before a session that is refused afterwards. */
async function lost(play: Play, send: () => void): Promise<readonly UnsentStanza[]> {
  const unknown = play.client.wait('smUnknown');
  send();
  await play.lose();
  await play.say(failed());
  await play.bind();
  await play.say(sm('enabled', "id='id2' resume='true'"));
  return (await unknown).sendings;
}

describe('what became of stanzas in a lost session', () => {
  it('is unknown, oldest first, and each can be sent once more, with its ids and the time of the first time', async () => {
    const play = await new Play().start();
    const before = play.clock.now();
    const [one, two] = await lost(play, () => {
      play.client.sendMessage({ to: 'bob@example.net', id: '1', from: 'alice@example.org/phone', body: 'x' });
      play.send('2');
    });
    expect([one?.element.attribute('id'), two?.element.attribute('id')]).toEqual(['1', '2']);
    expect(one?.sentAt).toEqual(new Date(before));
    await play.heard();
    const again = one?.resend();
    expect(one?.resend()).toBe(again);
    const text = await play.heard();
    expect(idsIn(text)).toEqual(['1']);
    expect(text).toContain(`<delay xmlns='urn:xmpp:delay' stamp='${new Date(before).toISOString()}'/>`);
    expect(text).not.toContain('from=');
    await play.say(sm('a', "h='1'"));
    expect(again?.state).toBe('acked');
    two?.discard();
    expect(two?.resend()).toMatchObject({ state: 'failed', error: expect.any(SendError) });
    expect(idsIn(await play.heard())).toEqual([]);
  });

  it('keeps the first of two times, and does not go through what changes messages a second time', async () => {
    const play = await new Play().start();
    play.client.messages.transform('out', (message) => {
      message.body = `${message.body}!`;
      return message;
    });
    const [first] = await lost(play, () => void play.send('1'));
    const stamp = first?.sentAt.toISOString();
    const [second] = await lost(play, () => void first?.resend());
    await play.heard();
    second?.resend();
    const text = await play.heard();
    expect(text.match(/<delay /g)).toHaveLength(1);
    expect(text).toContain(`stamp='${stamp}'`);
    expect(text).toContain('<body>x!</body>');
  });

  it('is not left to chance where messages are to be sent again: they are, in order, and nothing else is', async () => {
    const play = await new Play({ resend: 'messages' }).start();
    const sendings = await lost(play, () => {
      play.send('1');
      play.client.sendPresence({ status: 'here' });
      play.client.send(
        parseStanza("<iq type='get' id='q' to='bob@example.net/x'><question xmlns='urn:example:q'/></iq>"),
      );
      play.send('2');
    });
    expect(sendings).toHaveLength(4);
    await play.heard();
    play.send('3');
    await play.lose();
    await play.say(sm('resumed', "h='0' previd='id2'"));
    const text = await play.heard();
    expect(idsIn(text)).toEqual(['1', '2', '3']);
    expect(text).not.toMatch(/<presence|<iq/);
  });

  it('is left alone where no connection is made again', async () => {
    const play = await new Play({ resend: 'messages' }).start();
    play.send('1');
    await play.say(
      "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
    );
    play.peer.end();
    await play.clock.runUntilIdle();
    expect(play.client.state).toBe('disconnected');
    expect(play.client.sendQueue.length).toBe(0);
    expect(play.events).toContain('smUnknown');
  });
});

describe('a refusal', () => {
  it('F10: says why, and what was counted all the same', async () => {
    const play = await new Play().start();
    const told: unknown[] = [];
    play.client.on('smFailed', (event) => told.push(event));
    const sendings = play.send('1', '2');
    await play.lose();
    await play.say(failed("h='1'"));
    await play.bind();
    await play.say(`<failed xmlns='urn:xmpp:sm:3'><evil xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>`);
    expect(sendings.map(({ state }) => state)).toEqual(['acked', 'unknown']);
    expect(told).toEqual([
      { condition: 'item-not-found', wasResuming: true },
      { condition: undefined, wasResuming: false },
    ]);
  });

  it('that claims more than was sent acknowledges nothing', async () => {
    const play = await new Play().start();
    const sendings = play.send('1', '2');
    await play.lose();
    await play.say(failed("h='3'"));
    await play.bind();
    expect(sendings.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
  });
});

describe('acknowledged()', () => {
  it('asks now, and tells how long all that was written took', async () => {
    const play = await new Play().start();
    play.send('1');
    await play.heard();
    const taken = play.management.acknowledged();
    expect(await play.heard()).toBe("<r xmlns='urn:xmpp:sm:3'/>");
    await play.clock.advance(120);
    await play.say(sm('a', "h='0'"));
    await play.say(sm('a', "h='1'"));
    expect(await taken).toBe(120);
    // With nothing to acknowledge it is the question that counts.
    const again = play.management.acknowledged();
    await play.clock.advance(30);
    await play.say(sm('a', "h='1'"));
    expect(await again).toBe(30);
  });

  it('goes on over a lost connection', async () => {
    const play = await new Play().start();
    const taken = play.management.acknowledged();
    await play.lose();
    await play.say(sm('resumed', "h='0' previd='id1'"));
    expect(await play.heard()).toContain('<r ');
    await play.say(sm('a', "h='0'"));
    expect(await taken).toBeGreaterThanOrEqual(0);
  });

  it('rejects where nothing is counted, nothing comes, nobody waits, the session is lost or the plugin is gone', async () => {
    const fresh = new Play();
    await expect(fresh.management.acknowledged()).rejects.toBeInstanceOf(NotManagedError);
    const play = await new Play().start();
    const late = expect(play.management.acknowledged({ timeout: 100 })).rejects.toBeInstanceOf(TimeoutError);
    await play.clock.advance(100);
    await late;
    const controller = new AbortController();
    const aborted = expect(play.management.acknowledged({ signal: controller.signal })).rejects.toThrow('enough');
    controller.abort(new Error('enough'));
    await aborted;
    const over = expect(play.management.acknowledged()).rejects.toBeInstanceOf(DisconnectedError);
    await play.lose();
    await play.say(failed());
    await play.bind();
    await over;
    await play.say(sm('enabled'));
    const gone = expect(play.management.acknowledged()).rejects.toMatchObject({
      code: expect.stringContaining('PLUGIN'),
    });
    play.client.remove(StreamManagement);
    await gone;
    await expect(play.management.acknowledged()).rejects.toMatchObject({ code: expect.stringContaining('PLUGIN') });
  });
});

describe('a session that is kept', () => {
  it('is not resumed once it was forgotten', async () => {
    const play = await new Play().start();
    const [sending] = play.send('1');
    play.management.forget();
    expect(play.management.resumable).toBe(false);
    await play.lose();
    expect(await play.heard()).not.toContain('<resume');
    expect(sending?.state).toBe('unknown');
  });

  it.each([
    [{ max: 5 }, "max='300'"],
    [{ max: 300 }, "max='5'"],
    [{ max: 5 }, ''],
  ])('is so for the shorter of both times: %j, %s', async (options, max) => {
    const play = await new Play(options).start(sm('enabled', `id='id1' resume='true' ${max}`));
    play.send('1');
    play.peer.drop();
    await play.clock.advance(4_900);
    expect(play.events).not.toContain('sessionEnd');
    await play.clock.advance(60_000);
    expect(play.events).toContain('sessionEnd');
  });

  it('is first looked for where the server wants it, then as usual; the name in the certificate stays', async () => {
    const at = "location='[2001:db8::1]:9222'";
    const play = await new Play().start(sm('enabled', `id='id1' resume='true' ${at}`));
    play.down.add('2001:db8::1');
    play.peer.drop();
    await play.clock.advance(10);
    expect(play.targets.slice(1)).toMatchObject([
      { domain: 'example.org', host: '2001:db8::1', port: 9222, elsewhere: true },
      { domain: 'example.org', host: undefined },
    ]);
    play.down.clear();
    await play.login();
    await play.say(sm('resumed', "h='0' previd='id1'"));
    await play.lose();
    expect(play.targets.at(-1)).toMatchObject({ host: '2001:db8::1' });
    await play.say(sm('resumed', "h='0' previd='id1'"));
    expect(play.events.filter((name) => name === 'sessionResumed')).toHaveLength(2);
  });

  it.each(['localhost:5222', '127.0.0.1:5222', 'a b', '', 'other.example:99999'])(
    'is not looked for at "%s"',
    async (location) => {
      const play = await new Play().start(sm('enabled', `id='id1' resume='true' location='${location}'`));
      await play.lose();
      expect(play.targets.slice(1)).toMatchObject([{ domain: 'example.org', host: undefined }]);
    },
  );
});

describe('the server', () => {
  it('has a feature that says so', async () => {
    const play = await new Play().start(ENABLED);
    expect(play.client.streamFeatures?.sm).toBeDefined();
    const without = await new Play().start('', "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
    expect(without.client.streamFeatures?.sm).toBeUndefined();
  });

  it('has the same time to say whether it counts as for an acknowledgement', async () => {
    const play = await new Play({ timeout: 5_000 }).start('');
    play.send('1');
    await play.clock.advance(4_999);
    expect(play.client.online).toBe(true);
    await play.clock.advance(2);
    expect(play.client.online).toBe(false);
  });

  it('of another version is not asked', async () => {
    const play = await new Play().start(
      '',
      `${SM.replace('sm:3', 'sm:2')}<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>`,
    );
    expect(play.peer.received).not.toContain('<enable');
  });
});
