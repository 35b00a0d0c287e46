import { MultiUserChat, type Room } from '@sestina/xep-0045';
import { Ping } from '@sestina/xep-0199';
import { MucSelfPing } from '@sestina/xep-0410';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('pings to ourselves by way of a room on %s', (kind) => {
  const bench = useServer({ kind });

  /** A client in a room that answers no pings, and a way to have the room forget it. */
  async function inside(idle = 900_000): Promise<{ room: Room; selfPing: MucSelfPing; forget(): Promise<void> }> {
    const client = await bench.online();
    client.use(Ping, { answer: 'nobody' });
    const muc = client.use(MultiUserChat);
    const selfPing = client.use(MucSelfPing, { idle });
    const room = await muc.join(`ping${idle}@${bench.server.hosts.muc}`, { nick: 'me', create: 'instant' });
    const host = await bench.online();
    await host.use(MultiUserChat).join(room.jid, { nick: 'host' });
    const forget = async (): Promise<void> => {
      // It leaves, and does not hear of it.
      const filter = client.addFilter('in', (stanza) => {
        const { xml } = stanza;
        return xml.name === 'presence' && xml.attribute('type') === 'unavailable' ? undefined : stanza;
      });
      const left = host.wait('presenceUnavailable');
      await client.sendPresence({ type: 'unavailable', to: room.jid.withResource(room.nick) });
      await left;
      filter.dispose();
    };
    return { room, selfPing, forget };
  }

  it('tell whether we are in it, also where we answer no pings', async () => {
    const { room, selfPing, forget } = await inside();
    expect(await selfPing.check(room, { timeout: 10_000 })).toBe('joined');
    await forget();
    expect(room.state).toBe('joined');
    expect(await selfPing.check(room, { timeout: 10_000 })).toBe('not-joined');
  });

  it('have a room entered again that has forgotten us', async () => {
    const { room, forget } = await inside(1_000);
    await forget();
    const again = room.wait('joined', { timeout: 20_000 });
    await room.wait('unreachable');
    expect(await again).toMatchObject({ again: true });
    expect((await room.send('back').reflected).body).toBe('back');
  });
});
