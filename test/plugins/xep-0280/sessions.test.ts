import { MessageCarbons } from '@sestina/xep-0280';
import { afterEach, describe, expect, it } from 'vitest';
import { message, Play, sm } from '../xep-0198/support.js';

const ENABLE = /<iq [^>]*id='([^']+)'[^>]*><enable xmlns='urn:xmpp:carbons:2'\/><\/iq>/;
const plays: Play[] = [];

async function start(): Promise<Play> {
  const play = new Play();
  plays.push(play);
  play.client.use(MessageCarbons);
  void play.client.connect().then(
    () => void play.client.sendPresence(),
    () => {},
  );
  await play.clock.runUntilIdle();
  await play.login();
  await play.bind();
  return play;
}

afterEach(async () => {
  for (const play of plays.splice(0)) {
    const disposed = play.client.dispose();
    play.peer.drop();
    await play.clock.advance(10_000);
    await disposed;
  }
});

describe('copies of messages over sessions', () => {
  it('are asked for before the initial presence, so that none is missed between the two', async () => {
    const play = await start();
    const heard = await play.heard();
    expect(heard).toMatch(ENABLE);
    expect(heard.indexOf('urn:xmpp:carbons:2')).toBeLessThan(heard.indexOf('<presence'));
    expect(heard.indexOf('<presence')).toBeGreaterThan(0);
  });

  it('go on in a session that is resumed, and are asked for again in a new one', async () => {
    const play = await start();
    await play.say(sm('enabled', "id='id1' resume='true'"));
    const [, id] = ENABLE.exec(await play.heard()) ?? [];
    await play.say(`<iq type='result' id='${id}' to='alice@example.org/phone'/>`);
    const carbons = play.client.plugin(MessageCarbons);
    expect(carbons.enabled).toBe(true);

    await play.lose();
    const sent = await play.heard();
    expect(sent).toContain('<resume');
    await play.say(sm('resumed', "previd='id1' h='2'"));
    expect([await play.heard(), carbons.enabled]).toEqual([expect.not.stringMatching(ENABLE), true]);

    await play.lose();
    await play.heard();
    await play.say(sm('failed'));
    await play.bind();
    expect(carbons.enabled).toBe(false);
    await play.say(sm('enabled', "id='id2' resume='true'"));
    expect(await play.heard()).toMatch(ENABLE);
  });

  it('that come while the answer is under way are heard', async () => {
    const play = await start();
    const heard: unknown[] = [];
    play.client.onMessage(({ id }) => heard.push(id), { sources: ['stream', 'carbon'] });
    const inner = message('i1').replace('<message ', "<message xmlns='jabber:client' to='alice@example.org/pad' ");
    await play.say(
      `<message from='alice@example.org' to='alice@example.org/phone'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>${inner}</forwarded></received></message>`,
    );
    expect(heard).toEqual(['i1']);
  });
});
