import { MultiUserChat, type Room } from '@sestina/xep-0045';
import { describe, expect, it } from 'vitest';
import { Play, sm } from '../xep-0198/support.js';

const ROOM = 'coven@chat.example.org';
const WORD =
  "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='member' role='participant'/><status code='110'/></x>";

/** A client whose sessions can go on, in a room. */
async function inside(): Promise<{ play: Play; room: Room; events: string[] }> {
  const play = new Play();
  const muc = play.client.use(MultiUserChat);
  await play.start();
  const joining = muc.join(ROOM, { nick: 'alice' });
  await letIn(play);
  const room = await joining;
  const events: string[] = [];
  for (const name of ['joined', 'unreachable', 'left'] as const) room.on(name, () => void events.push(name));
  await play.heard();
  return { play, room, events };
}

async function letIn(play: Play): Promise<void> {
  expect(await play.heard()).toContain(`to='${ROOM}/alice'`);
  await play.say(`<presence from='${ROOM}/alice'>${WORD}</presence>`);
  await play.say(`<message from='${ROOM}' type='groupchat'><subject/></message>`);
}

async function end(play: Play): Promise<void> {
  const disposed = play.client.dispose();
  await play.clock.runUntilIdle();
  play.peer.drop();
  await disposed;
}

describe('a room and the sessions of a client', () => {
  it('nothing is to be done when the session goes on', async () => {
    const { play, room, events } = await inside();
    await play.lose();
    const resume = await play.heard();
    expect(resume).toContain('<resume');
    expect(room.state).toBe('joined');
    await play.say(sm('resumed', "previd='id1' h='1'"));
    expect(play.events.at(-1)).toBe('sessionResumed');
    await play.clock.advance(60_000);
    expect(await play.heard()).not.toContain(`${ROOM}/alice`);
    expect(room.state).toBe('joined');
    expect(events).toEqual([]);
    await end(play);
  });

  it('a new one enters it again', async () => {
    const { play, room, events } = await inside();
    await play.lose();
    await play.heard();
    await play.say(
      `<failed xmlns='urn:xmpp:sm:3'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>`,
    );
    await play.bind();
    await letIn(play);
    expect(room.state).toBe('joined');
    expect(events).toEqual(['unreachable', 'joined']);
    await end(play);
  });

  it('a client that is disposed of is in no room any more', async () => {
    const { play, room, events } = await inside();
    const waits = room.wait('message');
    const over = expect(waits).rejects.toMatchObject({ code: 'ERR_NOT_IN_ROOM' });
    await end(play);
    await over;
    expect(room.state).toBe('left');
    expect(room.signal.aborted).toBe(true);
    expect(events).toContain('unreachable');
  });
});
