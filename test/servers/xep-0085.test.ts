import type { ClientXMPP } from '@sestina/client';
import { type ChatState, ChatStates } from '@sestina/xep-0085';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('chat states over %s', (kind) => {
  const bench = useServer({ kind });

  /** Two who see each other's presence, with chat states. */
  async function friends(): Promise<{ romeo: ClientXMPP; juliet: ClientXMPP; states: (ChatState | undefined)[] }> {
    const users = [await bench.account('romeo'), await bench.account('juliet')] as const;
    const [romeo, juliet] = await Promise.all(users.map((user) => bench.online(user, { autoAuthorize: true })));
    if (!romeo || !juliet) throw new Error('nobody is there');
    for (const client of [romeo, juliet]) {
      client.use(ChatStates, { pausedAfter: 200, inactiveAfter: 400 });
      await client.getRoster();
      client.sendPresence();
    }
    for (const [one, other] of [
      [romeo, juliet],
      [juliet, romeo],
    ] as const) {
      const seen = one.wait('gotOnline', { filter: ({ jid }) => jid.equals(other.account) });
      one.clientRoster.subscribe(other.account);
      await seen;
    }
    const states: (ChatState | undefined)[] = [];
    juliet.on('chatStateChanged', ({ state }) => states.push(state));
    return { romeo, juliet, states };
  }

  /** Has one say something, of which the other one knows what it says of the state. */
  async function says(one: ClientXMPP, other: ClientXMPP): Promise<void> {
    const heard = other.wait('chatStateChanged');
    one.sendMessage({ to: other.account, type: 'chat', body: 'Hello' });
    expect((await heard).state).toBe('active');
  }

  it('go from composing to inactive, between two who have spoken', async () => {
    const { romeo, juliet, states } = await friends();
    await says(juliet, romeo);
    const inactive = juliet.wait('chatStateChanged', { filter: ({ state }) => state === 'inactive' });
    const typing = romeo.plugin(ChatStates);
    for (let key = 0; key < 5; key++) typing.typed(juliet.account);
    await inactive;
    expect(states).toEqual(['composing', 'paused', 'inactive']);
    await says(romeo, juliet);
    expect(states.at(-1)).toBe('active');
    expect(juliet.plugin(ChatStates).of(romeo.account)).toMatchObject([{ state: 'active' }]);
  });

  it('are not told to who has not answered, and end with who goes', async () => {
    const { romeo, juliet, states } = await friends();
    romeo.plugin(ChatStates).typed(juliet.account);
    await says(romeo, juliet);
    expect(states).toEqual(['active']);
    await says(juliet, romeo);
    const composing = juliet.wait('chatStateChanged', { filter: ({ state }) => state === 'composing' });
    romeo.plugin(ChatStates).typed(juliet.account);
    await composing;
    const ended = juliet.wait('chatStateChanged', { filter: ({ expired }) => expired });
    await romeo.disconnect();
    expect(await ended).toMatchObject({ state: undefined, previous: 'composing' });
  });
});
