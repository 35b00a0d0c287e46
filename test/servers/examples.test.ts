import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { Child, environmentOf } from '../support/child.js';

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
