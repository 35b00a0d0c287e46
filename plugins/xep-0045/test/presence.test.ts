import { expect, it } from 'vitest';
import { NotInRoomError } from '../src/index.js';
import { ROOM, usePlays, word } from './play.js';

const start = usePlays();
const shownIn = (xml: { child(name: string): { text: string } | undefined }) =>
  ['show', 'status'].map((name) => xml.child(name)?.text);

it('how far we are there is told to the room, and again where it is entered again', async () => {
  const play = await start();
  const room = await play.join();
  play.stream.skipSent();
  room.setPresence({ show: 'away', status: 'brewing' });
  const told = await play.stream.nextSent();
  expect([told.name, told.attribute('to'), told.attribute('type')]).toEqual([
    'presence',
    `${ROOM}/thirdwitch`,
    undefined,
  ]);
  expect(shownIn(told)).toEqual(['away', 'brewing']);
  const again = room.rejoin();
  const asked = await play.stream.nextSent();
  expect(shownIn(asked)).toEqual(['away', 'brewing']);
  await play.here('thirdwitch', word([110]));
  await play.subject('');
  await again;
  expect(room.state).toBe('joined');
});

it('nothing is told, and no nick asked for, where we are not in', async () => {
  const play = await start();
  await play.ask();
  const { room } = play;
  expect(() => room.setPresence({ show: 'away' })).toThrow(NotInRoomError);
  await expect(room.changeNick('hecate')).rejects.toBeInstanceOf(NotInRoomError);
  // It can be lost only where we were in.
  room.lost();
  expect(room.state).toBe('joining');
  await play.stream.expectNothingSent();
});

it('when the room has last said anything is noted, of presences and of messages', async () => {
  const play = await start();
  const room = await play.join();
  const { clock } = play.stream;
  for (const say of [() => play.here('firstwitch'), () => play.says('firstwitch', 'hail')]) {
    const before = room.activeAt;
    await clock.advance(5_000);
    expect(room.activeAt).toBe(before);
    await say();
    expect(room.activeAt).toBe(clock.monotonic());
  }
});

it('a room that is left is neither entered again nor left once more', async () => {
  const play = await start();
  const room = await play.join();
  await play.gone('thirdwitch', word([110, 307], "affiliation='member' role='none'"));
  expect(room.state).toBe('left');
  play.stream.skipSent();
  await expect(room.rejoin()).rejects.toBe(room.signal.reason);
  await room.leave();
  room.lost();
  expect(room.state).toBe('left');
  await play.stream.expectNothingSent();
});
