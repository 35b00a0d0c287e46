import { describe, expect, it } from 'vitest';
import { online } from '../helpers/stream-xmpp.js';

describe('stanzas that are dropped', () => {
  it('are told at once, then counted, one line a minute for each kind', async () => {
    const xmpp = await online({ keepAlive: false });
    const flood = "<message from='@'/>".repeat(500);
    for (let i = 0; i < 26; i++) {
      await xmpp.receive(flood);
      await xmpp.manualClock.advance(1_000);
    }
    await xmpp.receive("<presence from='@'/>");
    expect(xmpp.log.at('warn')).toEqual([
      'a <message/> with a malformed address was dropped',
      'a <presence/> with a malformed address was dropped',
    ]);
    xmpp.log.lines.splice(0);
    await xmpp.manualClock.advance(34_000);
    expect(xmpp.log.at('warn')).toEqual([
      'a <message/> with a malformed address was dropped 12999 more times within a minute',
    ]);
    await xmpp.receive("<message from='@'/>");
    await xmpp.manualClock.advance(60_000);
    expect(xmpp.log.at('warn').length).toBe(2);
    await xmpp.manualClock.advance(60_000);
    expect(xmpp.manualClock.pending).toBe(0);
    await xmpp.receive("<message from='@'/>");
    expect(xmpp.log.at('warn').length).toBe(3);
  });

  it('leave no timer behind', async () => {
    const xmpp = await online();
    await xmpp.receive("<message from='@'/>");
    await xmpp.dispose();
    expect(xmpp.manualClock.pending).toBe(0);
  });
});
