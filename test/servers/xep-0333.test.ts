import type { ClientXMPP } from '@sestina/client';
import { MemoryMessageIndex } from '@sestina/message-index';
import { MessageCarbons } from '@sestina/xep-0280';
import { DisplayedMarkers } from '@sestina/xep-0333';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('displayed markers over %s', (kind) => {
  const bench = useServer({ kind });

  function marking(client: ClientXMPP): DisplayedMarkers {
    client.use(MemoryMessageIndex);
    return client.use(DisplayedMarkers, { send: 'everybody', delay: 10 });
  }

  it('come back for what was shown, and clear what our other device shows', async () => {
    const [user, other] = [await bench.account(), await bench.account()];
    const [me, first, second] = await Promise.all([bench.online(user), bench.online(other), bench.online(other)]);
    await second.use(MessageCarbons, { auto: false }).enable();
    const [, atFirst] = [me, first, second].map(marking);
    for (const client of [me, first, second]) client.sendPresence();
    await Promise.all([first.getRoster(), second.getRoster()]);
    const shown = me.wait('displayedReceived');
    const cleared = second.wait('displayedElsewhere');
    const heard = first.wait('message', { filter: ({ body }) => body === 'two' });
    for (const body of ['one', 'two']) me.sendMessage({ to: other.jid, type: 'chat', body, id: `${body}-${kind}` });
    atFirst?.displayed(await heard);
    expect((await shown).facts).toMatchObject({ id: `two-${kind}`, way: 'out' });
    expect(await cleared).toMatchObject({ source: 'carbon', facts: { id: `two-${kind}`, way: 'in' } });
  });
});
