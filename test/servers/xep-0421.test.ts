import { MultiUserChat } from '@sestina/xep-0045';
import { OccupantIds } from '@sestina/xep-0421';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('occupant ids on %s', (kind) => {
  const bench = useServer({ kind });
  // Debian's ejabberd does not know them, and passes on what somebody writes.
  const known = kind === 'prosody';

  it('stay when somebody comes back by another nick', async () => {
    const [host, guest] = [await bench.online(), await bench.online()];
    const room = await host.use(MultiUserChat).create(`ids@${bench.server.hosts.muc}`, {}, { nick: 'host' });
    const ids = host.use(OccupantIds);
    await host.plugin(MultiUserChat).info(room.jid);
    expect(ids.announced(room)).toBe(known);
    const muc = guest.use(MultiUserChat);
    guest.use(OccupantIds);
    const told: (string | undefined)[] = [];
    for (const nick of ['first', 'second']) {
      const other = await muc.join(room.jid, { nick });
      const heard = room.wait('message', { filter: ({ body }) => body === nick });
      await other.send(nick).reflected;
      const { context } = await heard;
      told.push(context.author.occupantId);
      expect(other.me?.occupantId).toBe(context.author.occupantId);
      expect(room.occupants.get(nick)?.occupantId).toBe(context.author.occupantId);
      await other.leave();
    }
    expect(told[0] !== undefined).toBe(known);
    expect(told[1]).toBe(told[0]);
  });

  it('cannot be forged', async () => {
    const [host, guest] = [await bench.online(), await bench.online()];
    const room = await host.use(MultiUserChat).create(`forged@${bench.server.hosts.muc}`, {}, { nick: 'host' });
    host.use(OccupantIds);
    await host.plugin(MultiUserChat).info(room.jid);
    const other = await guest.use(MultiUserChat).join(room.jid, { nick: 'eve' });
    const heard = room.wait('message');
    await other.send({ body: 'I am the host', rawOccupantId: 'forged' }).reflected;
    expect((await heard).context.author.occupantId).not.toBe('forged');
  });
});
