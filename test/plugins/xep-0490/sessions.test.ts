import { MemoryMessageIndex } from '@sestina/message-index';
import { DisplayedSync } from '@sestina/xep-0490';
import { afterEach, expect, it } from 'vitest';
import { Play, sm } from '../xep-0198/support.js';

const ALICE = 'alice@example.org';
const NS_MDS = 'urn:xmpp:mds:displayed:0';
const DISCO =
  `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/>` +
  `<feature var='urn:xmpp:sid:0'/><feature var='http://jabber.org/protocol/pubsub#publish-options'/></query>`;
const plays: Play[] = [];

afterEach(async () => {
  for (const play of plays.splice(0)) {
    const disposed = play.client.dispose();
    play.peer.drop();
    await play.clock.advance(10_000);
    await disposed;
  }
});

async function start(): Promise<Play> {
  const play = new Play();
  plays.push(play);
  play.client.use(MemoryMessageIndex);
  const sync = play.client.use(DisplayedSync);
  play.client.on('message', (message) => sync.displayed(message.context.peer, message));
  void play.client.connect().catch(() => {});
  await play.clock.runUntilIdle();
  await play.login();
  await play.bind();
  return play;
}

/** Answers what was asked, and gives it. */
async function answer(play: Play): Promise<string> {
  let all = '';
  for (let heard = await play.heard(); heard; heard = await play.heard()) {
    all += heard;
    for (const [iq, id] of heard.matchAll(/<iq [^>]*id='([^']+)'.*?<\/iq>/gs)) {
      const from = iq.includes(`to='${ALICE}'`) ? `from='${ALICE}'` : '';
      const empty = `<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='${NS_MDS}'/></pubsub>`;
      const payload = iq.includes('disco#info') ? DISCO : iq.includes('<items') ? empty : '';
      await play.say(`<iq type='result' id='${id}' ${from} to='${ALICE}/phone'>${payload}</iq>`);
    }
  }
  return all;
}

const says = (id: string): string =>
  `<message from='bob@example.net/x' to='${ALICE}/phone' type='chat' id='${id}'><body>b</body><stanza-id xmlns='urn:xmpp:sid:0' by='${ALICE}' id='s-${id}'/></message>`;

it('what was shown is published once, in the session that goes on, and nothing is read again', async () => {
  const play = await start();
  await play.say(sm('enabled', "id='id1' resume='true'"));
  const before = await answer(play);
  expect(before).toContain(NS_MDS);
  const count = before.match(/<(?:iq|message|presence) /g)?.length;
  await play.say(says('a'));
  await play.lose();
  expect(await play.heard()).toContain('<resume');
  await play.say(sm('resumed', `previd='id1' h='${count}'`));
  await play.clock.advance(10_000);
  const sent = await answer(play);
  expect(sent.match(/<publish /g)).toHaveLength(1);
  expect(sent).toContain(`id='s-a'`);
  expect(sent).not.toContain(`<items node='${NS_MDS}'`);
});

it('what was shown is published in the next session, where none goes on, behind what is read there', async () => {
  const play = await start();
  await play.say(sm('enabled', "id='id1' resume='true'"));
  await answer(play);
  await play.say(says('a'));
  await play.lose();
  await play.heard();
  await play.say(sm('failed'));
  await play.bind();
  await play.say(sm('enabled', "id='id2' resume='true'"));
  let sent = await answer(play);
  await play.clock.advance(10_000);
  sent += await answer(play);
  expect(sent.match(/<publish /g)).toHaveLength(1);
  expect(sent.indexOf(`<items node='${NS_MDS}'`)).toBeGreaterThan(-1);
  expect(sent.indexOf('<publish ')).toBeGreaterThan(sent.indexOf(`<items node='${NS_MDS}'`));
});
