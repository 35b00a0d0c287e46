import { describe, expect, it } from 'vitest';
import { online, record, TestXMPP } from '../helpers/stream-xmpp.js';

describe('smoke', () => {
  it('connects', async () => {
    const xmpp = await online();
    expect(xmpp.state).toBe('online');
    const seen = record(xmpp, 'message', 'presence');
    await xmpp.receive("<message from='bob@example.net/x'><body>hi</body></message>");
    expect(seen).toEqual(['message']);
    await xmpp.disconnect();
    expect(xmpp.state).toBe('disconnected');
    expect(xmpp.manualClock.pending).toBe(0);
    expect(xmpp.log.lines).toEqual([]);
    await xmpp.dispose();
    await expect(new TestXMPP().connect({ signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  });
});
