import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientXMPP } from '@sestina/client';
import { element, StanzaError, XmlElement } from '@sestina/core';
import { MultiUserChat } from '@sestina/xep-0045';
import { AdHocCommands } from '@sestina/xep-0050';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { Child, componentEnvironmentOf, environmentOf } from '../support/child.js';

class Registration extends element('query', 'jabber:iq:register') {}

/** Puts a registration with those children, and gives the answer's. */
async function register(client: ClientXMPP, to: string, children: Readonly<Record<string, string>>): Promise<void> {
  const query = new Registration();
  for (const [name, text] of Object.entries(children)) {
    query.xml.append(new XmlElement(name, 'jabber:iq:register').append(text));
  }
  await client.iqSet(to, query);
}

describe.each(KINDS)('the examples with %s', (kind) => {
  const bench = useServer({ kind });

  it('echo-bot echoes, lets itself be subscribed to, comes back after a crash and ends at Ctrl-C', async () => {
    const user = await bench.account('bot');
    await using bot = Child.script('examples/echo-bot.ts', [], environmentOf(bench.server, user));
    const [, jid = ''] = await bot.prints(/^(\S+) is listening$/m);
    expect(jid).toMatch(new RegExp(`^${user.jid}/`));

    const client = await bench.online(undefined, { autoAuthorize: true });
    await client.getRoster();
    client.sendPresence();
    const online = client.wait('gotOnline', { filter: ({ jid: who }) => `${who}` === user.jid });
    client.clientRoster.subscribe(user.jid);
    expect((await online).presence.status).toBe('Say something');
    for (const to of [jid, user.jid]) {
      const answer = client.wait('message');
      await client.sendMessage({ to, type: 'chat', body: `hello ${to}` });
      expect((await answer).body).toBe(`hello ${to}`);
    }

    // Another device of the bot's account: an answer to it would be the beginning of an endless talk with itself.
    const device = await bench.online(user);
    device.sendMessage({ to: jid, type: 'chat', body: 'from the same account' });
    const next = device.wait('message');
    const after = client.wait('message');
    client.sendMessage({ to: jid, type: 'chat', body: 'from somebody else' });
    expect((await after).body).toBe('from somebody else');
    client.sendMessage({ to: device.boundJid, body: 'the end' });
    expect((await next).body).toBe('the end');
    await device.disconnect();

    const lost = client.wait('sessionEnd');
    await bench.server.stop('KILL');
    await lost;
    await bot.prints(/^lost \(.+\), coming back$/m);
    const back = client.wait('sessionStart');
    await bench.server.start();
    await back;
    client.sendPresence();
    await client.wait('gotOnline', { filter: ({ jid: who }) => `${who}` === user.jid });

    bot.signal('SIGINT');
    const { code, stdout, stderr } = await bot.end(10_000);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^gone: /m);
    expect(code).toBe(0);
  });

  it('echo-component answers at every address, which can be subscribed to, and ends at Ctrl-C', async () => {
    const env = componentEnvironmentOf(bench.server);
    await using echo = Child.script('examples/echo-component.ts', [], env);
    await echo.prints(/^every address of \S+ is listening$/m);
    const client = await bench.online();
    await client.getRoster();
    client.sendPresence();
    for (const local of ['nurse', 'friar']) {
      const to = `${local}@${env.SESTINA_COMPONENT}`;
      const answer = client.wait('message');
      client.sendMessage({ to, type: 'chat', body: `hello ${local}` });
      expect(await answer).toMatchObject({ body: `hello ${local}` });
      const online = client.wait('gotOnline', { filter: ({ jid: who }) => `${who}` === to });
      client.sendPresenceSubscription(to);
      expect((await online).presence.status).toBe(`I am ${to} and repeat what you say`);
    }
    echo.signal('SIGINT');
    // It keeps its subscriptions in no store, and is told what that means.
    const stderr = expect.stringMatching(/^sestina: who is subscribed .* forgotten .*\n$/);
    expect(await echo.end(10_000)).toMatchObject({ code: 0, stderr, stdout: expect.stringMatching(/^gone: /m) });
  });

  it('registration keeps what each user has, also over a restart, until it is removed', async () => {
    const base = await mkdtemp(join(tmpdir(), 'sestina-'));
    const env = { ...process.env, ...componentEnvironmentOf(bench.server), SESTINA_DATA: base };
    const start = async (detached: boolean) => {
      const args = ['tools/scripts/run.mjs', 'examples/registration.ts'];
      const service = new Child(process.execPath, args, { env, detached });
      await service.prints(/^\S+ takes registrations$/m);
      return service;
    };
    const [domain = ''] = bench.server.component.domains;
    const client = await bench.online();
    client.sendPresence();
    const say = async (body: string) => {
      const answer = client.wait('message');
      client.sendMessage({ to: domain, type: 'chat', body });
      return (await answer).body;
    };
    const refusal = async () => {
      const answer = client.wait('messageError');
      client.sendMessage({ to: domain, type: 'chat', body: 'a note' });
      return (await answer).error?.condition;
    };
    try {
      {
        // Killed in the end, with whatever belongs to it.
        await using service = await start(true);
        expect(await refusal()).toBe('registration-required');
        await expect(register(client, domain, { nick: ' ' })).rejects.toMatchObject({ condition: 'not-acceptable' });
        await expect(register(client, domain, { remove: '' })).rejects.toBeInstanceOf(StanzaError);
        const welcome = client.wait('message');
        await register(client, domain, { nick: 'Romeo' });
        expect((await welcome).body).toBe('Welcome, Romeo');
        expect(await say('buy poison')).toBe('Romeo, you have 1 note(s)');
        service.signal('SIGKILL');
        await service.end();
      }
      await using service = await start(false);
      const again = client.wait('message');
      await register(client, domain, { nick: 'Montague' });
      await again;
      expect(await say('notes')).toBe('Montague, you have 1 note(s):\nbuy poison');
      await register(client, domain, { remove: '' });
      expect(await refusal()).toBe('registration-required');
      service.signal('SIGINT');
      expect(await service.end(10_000)).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await rm(base, { recursive: true });
    }
  });

  it('room-bot keeps the agenda of a room, and announces what an admin says', async () => {
    const lab = `agenda@${bench.server.hosts.muc}`;
    const admin = await bench.account('admin');
    const client = await bench.online(admin);
    const room = await client.use(MultiUserChat, { nick: 'romeo' }).join(lab, { create: 'instant' });
    const user = await bench.account('agenda');
    const env = { ...environmentOf(bench.server, user), SESTINA_ROOMS: lab, SESTINA_ADMINS: admin.jid };
    await using bot = Child.script('examples/room-bot.ts', [], env);
    const [, jid = ''] = await bot.prints(/^(\S+) is listening$/m);
    await bot.prints(/^in agenda@\S+ as Agenda$/m);
    const says = async (body: string): Promise<string | undefined> => {
      const answer = room.wait('message', { filter: ({ from }) => from?.resource === 'Agenda', timeout: 30_000 });
      room.send(body);
      return (await answer).body;
    };
    expect(await says('!add the ball')).toBe('romeo: That is topic 1.');
    expect(await says('Agenda: list')).toBe('romeo: 1. the ball (romeo)');
    const announced = room.wait('message', { filter: ({ body }) => body === 'Dinner is served', timeout: 30_000 });
    await client.use(AdHocCommands).run(jid, 'announce', { text: 'Dinner is served' });
    await announced;
    bot.signal('SIGINT');
    expect(await bot.end(10_000)).toMatchObject({ code: 0, stderr: '' });
  });

  it('send sends', async () => {
    const receiver = await bench.online();
    const env = environmentOf(bench.server, await bench.account());
    const message = receiver.wait('message');
    const to = `${receiver.boundJid}`;
    await using sender = Child.script('examples/send.ts', [to, 'Wherefore', 'art <thou>?'], env);
    expect(await sender.end()).toMatchObject({ code: 0, stdout: `sent to ${to}\n`, stderr: '' });
    expect((await message).body).toBe('Wherefore art <thou>?');
  });

  it('send says what is wrong', async () => {
    const env = environmentOf(bench.server, await bench.account());
    await using wordless = Child.script('examples/send.ts', ['juliet@localhost'], env);
    expect(await wordless.end()).toMatchObject({ code: 2, stderr: expect.stringContaining('usage: ') });
    const wrong = { ...env, SESTINA_PASSWORD: 'a-wild-guess' };
    await using locked = Child.script('examples/send.ts', ['juliet@localhost', 'hi'], wrong);
    const { code, stdout, stderr } = await locked.end();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('user name or password is wrong');
    expect(stderr).not.toContain('a-wild-guess');
    await using nobody = Child.script('examples/send.ts', ['juliet@localhost', 'hi'], { ...env, SESTINA_JID: '' });
    expect(await nobody.end()).toMatchObject({ code: 2, stderr: expect.stringContaining('SESTINA_JID') });
  });

  it('roster-browser prints contacts by group, and who is there', async () => {
    const [user, friend] = await Promise.all([bench.account('owner'), bench.account('friend')]);
    const owner = await bench.online(user, { autoAuthorize: true, autoSubscribe: true });
    await owner.getRoster();
    owner.sendPresence();
    const there = await bench.online(friend, { autoAuthorize: true });
    await there.getRoster();
    there.sendPresence({ show: 'away' });
    await owner.updateRoster(friend.jid, { name: 'A Friend', groups: ['Friends'] });
    await owner.updateRoster('nurse@localhost', { name: 'Nurse' });
    const online = owner.wait('gotOnline', { filter: ({ jid }) => `${jid}` === friend.jid });
    owner.clientRoster.subscribe(friend.jid);
    await online;

    await using browser = Child.script('examples/roster-browser.ts', [], environmentOf(bench.server, user));
    const { code, stdout, stderr } = await browser.end();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`${user.jid} has 2 contact(s)`);
    expect(stdout).toContain(`\n(no group)\n  Nurse <nurse@localhost> offline (subscription: none)\n`);
    expect(stdout).toContain(`\nFriends\n  A Friend <${friend.jid}> away (subscription: to)\n`);
    expect(stdout).toContain(`${friend.jid} is there\n`);
  });

  it('disco-browser prints what a server is and can, two levels deep', async () => {
    const env = environmentOf(bench.server, await bench.account());
    await using browser = Child.script('examples/disco-browser.ts', [], env);
    const { code, stdout, stderr } = await browser.end();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^localhost\n(?: {2}is .*\n)* {2}is server\/im/);
    expect(stdout).toContain('\n  can urn:xmpp:ping\n');
    expect(stdout).toMatch(/\n {2}muc\.localhost\n {4}is conference\/text/);
    expect(stdout).toContain('\n    can http://jabber.org/protocol/muc\n');
    await using single = Child.script('examples/disco-browser.ts', [bench.server.hosts.pubsub], env);
    expect((await single.end()).stdout).toMatch(/^pubsub\.localhost\n {2}is pubsub\/service/);
  });
});

describe('the examples without a server', () => {
  it('conversation shows every stanza and ends', async () => {
    await using conversation = Child.script('examples/conversation.ts');
    const { code, stdout, stderr } = await conversation.end();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/<message[^>]*to='bot@montague\.example\/bot'/);
    expect(stdout).toMatch(/The bot answered: +You said: But soft, /);
    expect(stdout).toMatch(/The component answered: +BUT SOFT, /);
    expect(stdout).toMatch(/The bot runs: +Conversation 1\.0/);
    expect(stdout).toMatch(/The bot can: .*urn:xmpp:ping/);
    expect(stdout).toMatch(/The component is \d+\.\d ms away/);
    for (const secret of ["'rose'", "'beep'", "'hush'"]) expect(stdout).not.toContain(secret);
  });

  it('gateway brings people of another network: subscription, presence, and messages both ways', async () => {
    await using gateway = Child.script('examples/gateway.ts');
    const { code, stdout, stderr } = await gateway.end();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toEqual([
      'nurse\\20angelica@verona.montague.example is there: by gateway',
      'romeo@montague.example to the nurse: Commend me to thy lady',
      'the nurse to romeo: I will tell her, sir',
      'nobody: item-not-found',
      'nurse\\20angelica@verona.montague.example is gone',
    ]);
  });

  it('remove-plugin shows what goes with a plugin', async () => {
    await using remove = Child.script('examples/remove-plugin.ts');
    const { code, stdout, stderr } = await remove.end();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [, before = '', withoutPing = '', withoutBoth = ''] = stdout.split(/^(?:before|without \w+)$/m);
    expect(before).toMatch(/features: .*urn:xmpp:ping/);
    expect(withoutPing).not.toContain('urn:xmpp:ping');
    expect(withoutPing).toContain('caps');
    expect(withoutBoth).not.toContain('protocol/caps');
    expect(withoutBoth).toContain('still online');
  });
});
