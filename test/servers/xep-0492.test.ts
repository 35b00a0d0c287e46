import { element } from '@sestina/core';
import { MultiUserChat } from '@sestina/xep-0045';
import { Bookmarks } from '@sestina/xep-0402';
import { AdvancedNotify, NotificationSettings } from '@sestina/xep-0492';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

class NightRule extends element('rule', 'urn:example:night') {}
const PHONE = { category: 'client', type: 'phone' };

describe.each(KINDS)('notification settings with %s', (kind) => {
  const bench = useServer({ kind });

  it('are those of all devices, each for its kind, and keep what other programs have there', async () => {
    const user = await bench.account();
    const room = `quiet-${kind}@${bench.server.hosts.muc}`;
    const desk = await bench.online(user);
    const atDesk = desk.use(NotificationSettings);
    desk.sendPresence();
    await desk.use(Bookmarks).set(room, { nick: 'Jule' });
    await atDesk.set(room, 'never');
    expect(atDesk.of(room)).toBe('never');

    const phone = bench.client({ jid: user.jid, password: user.password });
    const onPhone = phone.use(NotificationSettings, { identity: PHONE });
    const ready = phone.wait('bookmarksReady');
    await phone.connect();
    phone.sendPresence();
    await ready;
    expect(onPhone.of(room)).toBe('never');

    // Another program's rule, and a value for phones alone.
    const ruled = phone.plugin(Bookmarks);
    await ruled.set(room, {
      extensions: (xml) => {
        const never = xml.child('notify', 'urn:xmpp:notification-settings:1')?.child('never');
        never?.append(new AdvancedNotify().xml.append(new NightRule().xml));
      },
    });
    await onPhone.set(room, 'on-mention', { thisDeviceType: true });
    await expect.poll(() => desk.plugin(Bookmarks).get(room)?.notify?.onMention.length, { timeout: 30_000 }).toBe(1);
    expect([atDesk.of(room), onPhone.of(room)]).toEqual(['never', 'on-mention']);

    const told: string[] = [];
    phone.on('notificationSettingChanged', ({ peer }) => told.push(peer.full));
    const heard = desk.wait('notificationSettingChanged', { timeout: 30_000 });
    await atDesk.set(room, 'always');
    expect(await heard).toMatchObject({ value: 'always', previous: 'never' });
    const onItsPhone = (): number | undefined => phone.plugin(Bookmarks).get(room)?.notify?.always.length;
    await expect.poll(onItsPhone, { timeout: 30_000 }).toBe(1);
    // That for phones holds there.
    expect([told, onPhone.of(room)]).toEqual([[], 'on-mention']);
    const { notify } = phone.plugin(Bookmarks).get(room) ?? {};
    expect(notify?.always.at(0)?.advanced?.xml.child('rule', 'urn:example:night')).toBeDefined();
  });

  it('default to what the room is', async () => {
    const { muc } = bench.server.hosts;
    const { jid, password } = await bench.account();
    const owner = bench.client({ jid, password });
    const settings = owner.use(NotificationSettings);
    await owner.connect();
    const rooms = owner.plugin(MultiUserChat);
    await rooms.create(`open-${kind}@${muc}`, { membersOnly: false }, { nick: 'owner' });
    await rooms.create(`closed-${kind}@${muc}`, { membersOnly: true }, { nick: 'owner' });
    await expect.poll(() => settings.of(`closed-${kind}@${muc}`), { timeout: 30_000 }).toBe('always');
    expect(settings.of(`open-${kind}@${muc}`)).toBe('on-mention');
  });
});
