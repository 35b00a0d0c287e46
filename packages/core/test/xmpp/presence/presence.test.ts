import { describe, expect, it } from 'vitest';
import { JID } from '../../../src/jid/index.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online } from '../../helpers/stream-xmpp.js';
import { BOB, presence, sent, watched } from './watched.js';

watchRejections();

describe('presence', () => {
  it('is told in order: what came, then what follows from it', async () => {
    const { receive } = await watched();
    expect(await receive(presence(`${BOB}/x`))).toEqual([
      'presence',
      'presenceAvailable',
      'gotOnline',
      'changedStatus',
    ]);
    expect(await receive(presence(`${BOB}/y`))).toEqual(['presence', 'presenceAvailable', 'changedStatus']);
    expect(await receive(presence(`${BOB}/x`))).toEqual(['presence', 'presenceAvailable']);
    expect(await receive(presence(`${BOB}/x`, '', '<show>away</show>'))).toEqual([
      'presence',
      'presenceAvailable',
      'changedStatus',
    ]);
    expect(await receive(presence(`${BOB}/x`, '', '<show>away</show><status>lunch</status>'))).toContain(
      'changedStatus',
    );
    expect(await receive(presence(`${BOB}/x`, 'unavailable'))).toEqual([
      'presence',
      'presenceUnavailable',
      'changedStatus',
    ]);
    expect(await receive(presence(`${BOB}/y`, 'unavailable'))).toEqual([
      'presence',
      'presenceUnavailable',
      'changedStatus',
      'gotOffline',
    ]);
    expect(await receive(presence(`${BOB}/y`, 'unavailable'))).toEqual(['presence', 'presenceUnavailable']);
  });

  it('is in the roster when the listeners are called', async () => {
    const { xmpp, receive } = await watched();
    const found: unknown[] = [];
    xmpp.on('presence', () => found.push(xmpp.roster.of().get(BOB)?.online));
    xmpp.on('gotOnline', ({ owner, jid }) => found.push(`${owner} ${jid}`));
    await receive(presence(`${BOB}/x`));
    expect(found).toEqual([true, 'alice@example.org bob@example.net']);
  });

  it('of a bare address takes all its resources away', async () => {
    const { xmpp, receive } = await watched();
    await receive(presence(`${BOB}/x`), presence(`${BOB}/y`));
    expect(xmpp.roster.of().get(BOB)?.resources.size).toBe(2);
    expect(await receive(presence(BOB, 'unavailable'))).toContain('gotOffline');
    expect(xmpp.roster.of().get(BOB)).toBeUndefined();
  });

  it('is known by resource, and by the best one', async () => {
    const { xmpp, receive } = await watched();
    const node = xmpp.roster.of();
    await receive(
      presence(`${BOB}/low`, '', '<priority>1</priority>'),
      presence(`${BOB}/high`, '', '<priority>5</priority><status>here</status>'),
      presence(`${BOB}/negative`, '', '<priority>-1</priority>'),
    );
    expect(node.get(BOB)?.best?.resource).toBe('high');
    expect(node.presence(BOB)?.status).toBe('here');
    expect(node.presence(`${BOB}/low`)?.priority).toBe(1);
    expect(node.presence('carol@example.net')).toBeUndefined();
    // The latest of equals.
    await receive(presence(`${BOB}/low`, '', '<priority>5</priority>'));
    expect(node.get(BOB)?.best?.resource).toBe('low');
    await receive(presence(`${BOB}/low`, 'unavailable'), presence(`${BOB}/high`, 'unavailable'));
    expect(node.get(BOB)?.best).toBeUndefined();
  });

  it('with a priority and a show that are none reads as plain presence', async () => {
    const { xmpp, receive } = await watched();
    await receive(presence(`${BOB}/x`, '', '<priority>9999</priority><show>sleeping</show>'));
    expect(xmpp.roster.of().get(BOB)?.resources.get('x')).toMatchObject({ priority: 0, show: undefined });
  });

  it('of a type that nobody knows is refused, and nothing else (RFC 6121 §4.7.1)', async () => {
    const { xmpp, receive } = await watched();
    expect(await receive(presence(`${BOB}/x`, 'banana'), presence(`${BOB}/x`, 'toString'))).toEqual([]);
    expect(xmpp.roster.of().get(BOB)).toBeUndefined();
    const answers = sent(xmpp);
    expect(answers).toHaveLength(2);
    for (const answer of answers) {
      expect(answer).toMatch(/^<presence to='bob@example.net\/x' type='error'>/);
      expect(answer).toContain('<bad-request ');
    }
  });

  it('of type error changes nothing', async () => {
    const { xmpp, receive } = await watched();
    await receive(presence(`${BOB}/x`));
    expect(await receive(presence(`${BOB}/x`, 'error'))).toEqual(['presence', 'presenceError']);
    expect(xmpp.roster.of().get(BOB)?.online).toBe(true);
  });

  it('goes through sequential listeners one by one', async () => {
    const { xmpp, receive } = await watched();
    const steps: string[] = [];
    xmpp.on(
      'presence',
      async ({ from }) => {
        steps.push(`${from?.resource} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        steps.push(`${from?.resource} ends`);
      },
      { sequential: true },
    );
    await receive(presence(`${BOB}/1`), presence(`${BOB}/2`));
    await xmpp.manualClock.idle();
    expect(steps).toEqual(['1 begins', '1 ends', '2 begins', '2 ends']);
  });
});

describe('ours', () => {
  it('is told when the first one of a session was written', async () => {
    const xmpp = await online();
    let first = 0;
    xmpp.on('sentPresence', () => (first += 1));
    xmpp.sendPresence({ to: BOB });
    await xmpp.manualClock.idle();
    expect(first).toBe(0);
    xmpp.sendPresence();
    xmpp.sendPresence({ show: 'away' });
    await xmpp.manualClock.idle();
    expect(first).toBe(1);
    xmpp.wire.close();
    xmpp.sendPresence();
    await xmpp.connect();
    await xmpp.manualClock.idle();
    expect(first).toBe(2);
  });

  it('is remembered, and forgotten with unavailable', async () => {
    const xmpp = await online();
    xmpp.sendPresence({ show: 'away', status: 'x' });
    expect(xmpp.roster.of().lastPresence?.show).toBe('away');
    xmpp.wire.take();
    xmpp.roster.of().sendLastPresence(JID.from(BOB));
    expect(sent(xmpp)[0]).toBe("<presence id='*' to='bob@example.net'><show>away</show><status>x</status></presence>");
    xmpp.sendPresence({ type: 'unavailable' });
    expect(xmpp.roster.of().lastPresence).toBeUndefined();
  });

  it('is sent to one as unavailable where none was broadcast', async () => {
    const xmpp = await online();
    xmpp.roster.of().sendLastPresence(JID.from(BOB));
    expect(sent(xmpp)).toEqual(["<presence to='bob@example.net' type='unavailable'/>"]);
  });

  it('asks for a subscription at the bare address', async () => {
    const xmpp = await online();
    xmpp.sendPresenceSubscription(`${BOB}/x`);
    expect(sent(xmpp)).toEqual(["<presence id='*' to='bob@example.net' type='subscribe'/>"]);
  });
});
