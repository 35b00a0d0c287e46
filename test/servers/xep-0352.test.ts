import { setTimeout as sleep } from 'node:timers/promises';
import { XmlElement } from '@sestina/core';
import { ClientState } from '@sestina/xep-0352';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

const NS_CHAT_STATES = 'http://jabber.org/protocol/chatstates';

describe.each(KINDS)('XEP-0352 with %s', (kind) => {
  const bench = useServer({ kind });

  it('keeps a chat state back while nobody looks, and gives it to whoever comes back', async () => {
    const [alice, bob] = [await bench.online(), await bench.online()];
    const state = alice.use(ClientState, { delay: 0 });
    await alice.sendPresence();
    const heard: string[] = [];
    alice.onArrived((stanza) => {
      if (stanza.name === 'message') heard.push(stanza.firstElement?.name ?? '');
    });
    state.inactive();
    await expect.poll(() => state.state).toBe('inactive');
    // A question of ours would have it send what waits.
    await sleep(200);
    const message = new XmlElement('message', 'jabber:client', { to: `${alice.boundJid}`, type: 'chat' });
    await bob.send(message.append(new XmlElement('composing', NS_CHAT_STATES)));
    await sleep(500);
    expect(heard).toEqual([]);
    state.active();
    await expect.poll(() => heard, { timeout: 5_000 }).toEqual(['composing']);
  });
});
