import type { ClientXMPP } from '@sestina/client';
import { MemoryStorage, type RosterNode } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { RecordingTracer } from '../support/recorders.js';

/** The roster as plain values. */
function contacts(roster: RosterNode): Record<string, { name: string; groups: string[]; subscription: string }> {
  return Object.fromEntries(
    [...roster].map(({ jid, name, groups, subscription }) => [
      `${jid}`,
      { name, groups: [...groups].sort(), subscription },
    ]),
  );
}

/** Resolves once the roster says so, with every push that it takes. */
async function until(client: ClientXMPP, done: (roster: RosterNode) => boolean): Promise<void> {
  while (!done(client.clientRoster)) await client.wait('rosterUpdate', { timeout: 10_000 });
}

describe.each(KINDS)('the roster on %s', (kind) => {
  const bench = useServer({ kind });

  it('is empty at first', async () => {
    const client = await bench.online();
    expect(contacts(await client.getRoster())).toEqual({});
  });

  it('takes, changes and drops contacts', async () => {
    const client = await bench.online();
    await client.getRoster();
    await client.updateRoster('juliet@localhost', { name: 'Juliet & Co. <3', groups: ['Friends', 'Ünïcode ❦'] });
    const juliet = { name: 'Juliet & Co. <3', groups: ['Friends', 'Ünïcode ❦'], subscription: 'none' };
    expect(contacts(client.clientRoster)).toEqual({ 'juliet@localhost': juliet });
    await client.updateRoster('juliet@localhost', { groups: [] });
    expect(contacts(await client.getRoster())).toEqual({ 'juliet@localhost': { ...juliet, groups: [] } });
    await client.delRosterItem('juliet@localhost');
    expect(contacts(await client.getRoster())).toEqual({});
  });

  it('tells every client of the account what another one changes', async () => {
    const user = await bench.account();
    const [editor, watcher] = await Promise.all([bench.online(user), bench.online(user)]);
    await Promise.all([editor.getRoster(), watcher.getRoster()]);
    await editor.updateRoster('juliet@localhost', { name: 'Juliet', groups: ['Friends'] });
    await until(watcher, (roster) => roster.get('juliet@localhost')?.name === 'Juliet');
    await editor.updateRoster('juliet@localhost', { name: 'Jule' });
    await until(watcher, (roster) => roster.get('juliet@localhost')?.name === 'Jule');
    expect(watcher.clientRoster.get('juliet@localhost')?.groups).toEqual(['Friends']);
    await editor.delRosterItem('juliet@localhost');
    await until(watcher, (roster) => !roster.has('juliet@localhost'));
    expect(watcher.clientRoster.size).toBe(0);
  });

  it('is fetched again only where it has changed, across connections', async () => {
    const user = await bench.account();
    const storage = new MemoryStorage();
    const first = await bench.online(user, { storage });
    expect(first.server.rosterVersioning).toBe(true);
    await first.getRoster();
    await first.updateRoster('juliet@localhost', { name: 'Juliet', groups: ['Friends'] });
    const known = contacts(await first.getRoster());
    await first.disconnect();

    const tracer = new RecordingTracer();
    const second = await bench.online(user, { storage, tracer });
    expect(contacts(await second.getRoster())).toEqual(known);
    expect(tracer.sent.join('')).toMatch(/<query xmlns='jabber:iq:roster' ver='[^']+'\/>/);
    expect(tracer.received.join('')).not.toContain('juliet@localhost');

    const other = await bench.online(user);
    const gone = second.wait('sessionEnd');
    const back = second.wait('sessionStart');
    second.cut();
    await gone;
    await other.updateRoster('nurse@localhost', { name: 'Nurse' });
    await back;
    const changed = contacts(await second.getRoster());
    // Where a server sends pushes in place of the whole roster (RFC 6121 §2.6.3), they come behind the result.
    await until(second, (roster) => roster.has('nurse@localhost'));
    expect(contacts(second.clientRoster)).toEqual({ ...known, ...changed });
    expect(second.clientRoster.get('nurse@localhost')?.name).toBe('Nurse');
    expect(second.clientRoster.has('juliet@localhost')).toBe(true);
  });

  it('forgets what was dropped meanwhile', async () => {
    const user = await bench.account();
    const storage = new MemoryStorage();
    const client = await bench.online(user, { storage });
    await client.getRoster();
    await client.updateRoster('juliet@localhost', { name: 'Juliet' });
    await client.updateRoster('nurse@localhost', { name: 'Nurse' });
    await client.getRoster();
    await client.disconnect();
    const other = await bench.online(user);
    await other.getRoster();
    await other.delRosterItem('juliet@localhost');
    const back = await bench.online(user, { storage });
    await back.getRoster();
    await until(back, (roster) => !roster.has('juliet@localhost'));
    expect(back.clientRoster.has('nurse@localhost')).toBe(true);
  });

  it('takes hundreds of contacts', async () => {
    const client = await bench.online();
    await client.getRoster();
    const jids = Array.from({ length: 300 }, (_, index) => `contact${index}@localhost`);
    await Promise.all(
      jids.map((jid, index) => client.updateRoster(jid, { name: `No. ${index}`, groups: [`${index % 7}`] })),
    );
    const again = await client.getRoster();
    expect(again.size).toBe(300);
    expect(again.groups().get('3')?.length).toBe(Math.ceil((300 - 3) / 7));
  });
});

describe.each(KINDS)('subscriptions on %s', (kind) => {
  const bench = useServer({ kind });

  async function pair(options: { autoAuthorize?: boolean | 'ask'; autoSubscribe?: boolean } = {}) {
    const [userA, userB] = await Promise.all([bench.account('asker'), bench.account('asked')]);
    const [asker, asked] = await Promise.all([bench.online(userA), bench.online(userB, options)]);
    for (const client of [asker, asked]) {
      await client.getRoster();
      client.sendPresence({ status: `here is ${client.boundJid?.local}` });
    }
    return { asker, asked, askerJid: userA.jid, askedJid: userB.jid };
  }

  it('are granted and returned by themselves where the options say so', async () => {
    const { asker, asked, askerJid, askedJid } = await pair({ autoAuthorize: true, autoSubscribe: true });
    asker.roster.autoAuthorize = true;
    const seen = [asker.wait('gotOnline', { filter: ({ jid }) => `${jid}` === askedJid }), asked.wait('gotOnline')];
    asker.clientRoster.subscribe(askedJid);
    await until(asker, (roster) => roster.get(askedJid)?.subscription === 'both');
    await until(asked, (roster) => roster.get(askerJid)?.subscription === 'both');
    await Promise.all(seen);
    expect(asker.clientRoster.presence(askedJid)?.status).toContain('asked');
    expect(asked.clientRoster.presence(askerJid)?.status).toContain('asker');

    const offline = asker.wait('gotOffline');
    await asked.disconnect();
    expect(`${(await offline).jid}`).toBe(askedJid);
    expect(asker.clientRoster.get(askedJid)?.online).toBe(false);
  });

  it('are for the program to decide where it does not say', async () => {
    const { asker, asked, askerJid, askedJid } = await pair();
    const asking = asked.wait('rosterSubscriptionRequest');
    asker.clientRoster.subscribe(askedJid);
    expect((await asking).from?.bare.toString()).toBe(askerJid);
    await until(asker, (roster) => roster.get(askedJid)?.ask === true);
    expect(asker.clientRoster.get(askedJid)?.subscription).toBe('none');

    const authorized = asker.wait('rosterSubscriptionAuthorized');
    asked.clientRoster.get(askerJid)?.authorize();
    await authorized;
    await until(asker, (roster) => roster.get(askedJid)?.subscription === 'to');
    await until(asked, (roster) => roster.get(askerJid)?.subscription === 'from');

    const removed = asker.wait('rosterSubscriptionRemoved');
    asked.clientRoster.get(askerJid)?.unauthorize();
    await removed;
    await until(asker, (roster) => roster.get(askedJid)?.subscription === 'none');
  });

  it('are refused by themselves where the option says no', async () => {
    const { asker, askedJid } = await pair({ autoAuthorize: false });
    const refused = asker.wait('presenceUnsubscribed');
    asker.clientRoster.subscribe(askedJid);
    expect((await refused).from?.bare.toString()).toBe(askedJid);
    await until(asker, (roster) => !roster.get(askedJid)?.ask);
    expect(asker.clientRoster.get(askedJid)?.subscription).toBe('none');
  });

  it('are asked for again when the one who was asked comes online', async () => {
    const [userA, userB] = await Promise.all([bench.account(), bench.account()]);
    const asker = await bench.online(userA);
    await asker.getRoster();
    asker.sendPresence();
    asker.clientRoster.subscribe(userB.jid);
    await until(asker, (roster) => roster.get(userB.jid)?.ask === true);
    const asked = await bench.online(userB, { autoAuthorize: true });
    await asked.getRoster();
    const online = asker.wait('gotOnline', { filter: ({ jid }) => `${jid}` === userB.jid });
    asked.sendPresence();
    await online;
    expect(asker.clientRoster.get(userB.jid)?.subscription).toBe('to');
  });

  it('end with both sides knowing when the contact is dropped', async () => {
    const { asker, asked, askerJid, askedJid } = await pair({ autoAuthorize: true, autoSubscribe: true });
    asker.roster.autoAuthorize = true;
    asker.clientRoster.subscribe(askedJid);
    await until(asked, (roster) => roster.get(askerJid)?.subscription === 'both');
    await until(asker, (roster) => roster.get(askedJid)?.subscription === 'both');
    const told = asked.wait('rosterSubscriptionRemoved');
    await asker.delRosterItem(askedJid);
    await told;
    await until(asked, (roster) => roster.get(askerJid)?.subscription === 'none');
    expect(asker.clientRoster.has(askedJid)).toBe(false);
  });
});
