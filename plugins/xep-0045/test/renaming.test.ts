import { JID, Presence } from '@sestina/core';
import { parseXml, SeededRandom, VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { Renaming } from '../src/renaming.js';

const ROOM = JID.parse('coven@chat.example');

function renaming() {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const asking = new Renaming({ clock, random, timeout: 1_000 } as never, ROOM);
  const sent: string[] = [];
  const ask = (nick: string, options = {}) => {
    const outcome = asking
      .ask(nick, (id) => sent.push(id), options)
      .then(
        () => 'done',
        (error: unknown) => error,
      );
    return outcome;
  };
  const refusal = (id: string | undefined) =>
    new Presence(
      parseXml(
        `<presence xmlns='jabber:client' type='error' from='${ROOM}'${id ? ` id='${id}'` : ''}><error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>`,
      ),
    );
  return { asking, ask, sent, refusal, clock };
}

describe('the change of our nick', () => {
  it('is asked for until the room calls us so', async () => {
    const { asking, ask, sent, clock } = renaming();
    expect(asking.nick).toBeUndefined();
    const outcome = ask('crone');
    expect([asking.nick, sent.length]).toEqual(['crone', 1]);
    asking.done();
    expect([await outcome, asking.nick, clock.pending]).toEqual(['done', undefined, []]);
    // What comes now is about nothing.
    asking.done();
    asking.fail(new Error('gone'));
  });

  it('is refused by an answer to what was sent, and by no other', async () => {
    const { asking, ask, sent, refusal, clock } = renaming();
    const outcome = ask('crone');
    asking.refused(refusal('other'));
    asking.refused(refusal(undefined));
    await clock.runUntilIdle();
    expect(asking.nick).toBe('crone');
    asking.refused(refusal(sent[0]));
    expect(await outcome).toMatchObject({ name: 'RoomError' });
    expect(asking.nick).toBeUndefined();
    asking.refused(refusal(undefined));
  });

  it('is the last one that was asked for, which goes on where the one before was given up', async () => {
    const { asking, ask } = renaming();
    const [first, second] = [ask('crone'), ask('hag')];
    expect(await first).toMatchObject({ reason: 'refused' });
    expect(asking.nick).toBe('hag');
    asking.done();
    expect(await second).toBe('done');
  });

  it('ends with its time, its signal, or the stay', async () => {
    const { asking, ask, clock } = renaming();
    const late = ask('crone');
    await clock.advance(1_000);
    expect(await late).toMatchObject({ code: 'ERR_TIMEOUT' });
    const later = ask('crone', { timeout: 5_000 });
    await clock.advance(4_999);
    expect(asking.nick).toBe('crone');
    await clock.advance(1);
    expect(await later).toMatchObject({ code: 'ERR_TIMEOUT' });
    const controller = new AbortController();
    const given = ask('crone', { signal: controller.signal });
    controller.abort(new Error('enough'));
    expect(await given).toMatchObject({ message: 'enough' });
    const over = ask('crone');
    asking.fail(new Error('left'));
    expect(String(await over)).toContain('left');
    expect(asking.nick).toBeUndefined();
  });
});
