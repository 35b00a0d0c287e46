import { SendError } from '@sestina/core';
import { FaultyStorage } from '@sestina/testing';
import { WebSocketClosedError } from '@sestina/websocket';
import { describe, expect, it } from 'vitest';
import { ModelServer } from '../plugins/xep-0198/model-server.js';
import { idsIn, Play, sm } from '../plugins/xep-0198/support.js';

const refusal = (condition = 'policy-violation'): string =>
  `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`;

/** The server ends the stream with that, and the client is back as far as the second features. */
async function refuse(play: Play, condition?: string): Promise<void> {
  await play.say(refusal(condition));
  play.peer.end();
  await play.clock.advance(100);
  await play.login();
}

const states = (sendings: readonly { readonly state: string }[]) => sendings.map(({ state }) => state);

describe('a stanza that the server ends the stream over', () => {
  it.each(['policy-violation', 'invalid-xml', 'unsupported-stanza-type'])(
    'F13: is failed at the second time (%s), and the others get through',
    async (condition) => {
      const play = await new Play().start();
      const sendings = play.send('1', 'poison', '3');
      await refuse(play, condition);
      await play.say(sm('resumed', "h='1' previd='id1'"));
      expect(idsIn(await play.heard())).toEqual(['poison', '3']);
      await refuse(play, condition);
      await play.say(sm('resumed', "h='1' previd='id1'"));
      expect(idsIn(await play.heard())).toEqual(['3']);
      const [more] = play.send('4');
      await play.say(sm('a', "h='3'"));
      expect(states([...sendings, more as never])).toEqual(['acked', 'failed', 'acked', 'acked']);
      expect(sendings[1]?.error).toBeInstanceOf(SendError);
      expect(sendings[1]?.error).toMatchObject({ reason: 'rejected', retryable: false, cause: { condition } });
      expect(play.management.unacked).toEqual([]);
      expect(play.events.filter((name) => name === 'sessionStart')).toHaveLength(1);
    },
  );

  it('F13: is failed at the second time where each time a new session begins, however it was sent again', async () => {
    for (const resend of ['messages', 'never'] as const) {
      const play = await new Play({ resend }).start(sm('enabled'));
      const told: (string | undefined)[][] = [];
      play.client.on('smUnknown', ({ sendings }) => {
        told.push(sendings.map(({ element }) => element.attribute('id')));
        if (resend === 'never') for (const unsent of sendings) unsent.resend();
      });
      play.send('poison', '2');
      for (let session = 0; session < 2; session++) {
        await refuse(play);
        await play.bind();
        await play.say(sm('enabled'));
      }
      expect(told).toEqual([['poison', '2'], ['2']]);
      expect(idsIn(await play.heard())).toEqual(['2']);
      await play.say(sm('a', "h='1'"));
      expect(play.management.unacked).toEqual([]);
    }
  });

  it('F13: is not forgotten where the connection is cut in between', async () => {
    const play = await new Play({ resend: 'messages' }).start(sm('enabled'));
    play.send('poison', '2');
    const ends = [() => refuse(play), () => play.lose(), () => refuse(play)];
    for (const end of ends) {
      await end();
      await play.bind();
      await play.say(sm('enabled'));
    }
    expect(idsIn(await play.heard())).toEqual(['2']);
  });

  it('F13: is not blamed for the ends of others: a restart, a cut, or a stanza before it', async () => {
    const play = await new Play().start();
    const sendings = play.send('1', '2');
    await refuse(play);
    await play.say(sm('resumed', "h='0' previd='id1'"));
    for (const condition of ['system-shutdown', 'reset']) {
      await refuse(play, condition);
      await play.say(sm('resumed', "h='0' previd='id1'"));
    }
    await play.lose();
    await play.say(sm('resumed', "h='0' previd='id1'"));
    await play.heard();
    await refuse(play);
    // The first one was taken after all.
    await play.say(sm('resumed', "h='1' previd='id1'"));
    expect(idsIn(await play.heard())).toEqual(['2']);
    expect(states(sendings)).toEqual(['acked', 'written']);
  });

  it('F30: is failed at the second time where a WebSocket is closed with 1009', async () => {
    const play = await new Play().start();
    const sendings = play.send('huge', '2');
    for (let time = 0; time < 2; time++) {
      play.peer.drop(new WebSocketClosedError(1009, '', 'peer'));
      await play.clock.advance(100);
      await play.login();
      await play.say(sm('resumed', "h='0' previd='id1'"));
    }
    expect(idsIn(await play.heard())).toEqual(['2']);
    expect(states(sendings)).toEqual(['failed', 'written']);
  });

  it.each([1006, 1011, 1012])('F30: is only resumed after a WebSocket was closed with %i', async (code) => {
    const play = await new Play().start();
    const sendings = play.send('1');
    for (let time = 0; time < 3; time++) {
      play.peer.drop(new WebSocketClosedError(code, '', 'peer'));
      await play.clock.advance(100);
      await play.login();
      await play.say(sm('resumed', "h='0' previd='id1'"));
      expect(idsIn(play.peer.received)).toEqual(['1']);
    }
    await play.say(sm('a', "h='1'"));
    expect(states(sendings)).toEqual(['acked']);
  });

  it('F13, F23: leaves a kept session whole: the next process sends what is left, and not that', async () => {
    const server = new ModelServer([], { poison: 'm1' });
    const storage = new FaultyStorage();
    const first = server.start({ persist: true, requestEvery: 100, requestAfter: 600_000 }, storage);
    for (const id of ['m0', 'm1', 'm2', 'm3']) {
      first.sendings.push(first.client.sendMessage({ to: 'b@x', id, body: 'x' }));
    }
    void first.client.connect().catch(() => {});
    await server.clock.advance(700_000);
    expect(first.sendings[1]?.state).toBe('failed');
    const left = await storage.survivor();
    await first.kill();
    const second = await server.start({ persist: true }, left).run(6, 4);
    expect(second.events).toEqual(['sessionRestored']);
    expect(server.taken).toEqual(['m0', 'm2', 'm3', 'm4', 'm5']);
    expect(second.unknown).toEqual([]);
    await second.kill();
  });
});
