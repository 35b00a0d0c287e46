import { describe, expect, it } from 'vitest';
import { component, interested, login, online, plainServer, sync } from './raw-client.js';

describe('presence', () => {
  it('goes to contacts that may see it and to own resources, with what they are not told twice', async () => {
    const server = plainServer();
    server.befriend('alice', 'bob');
    const bob = await online(server, 'bob', 'desk');
    const carol = await online(server, 'carol', 'desk');
    const phone = await online(server, 'alice', 'phone');
    const seen =
      "<presence id='self' from='alice@localhost/phone' to='bob@localhost'><priority>0</priority></presence>";
    expect(await sync(bob)).toBe(seen);
    expect(await sync(carol)).toBe('');
    const desk = await login(server, 'alice', 'desk');
    desk.send('<presence/>');
    const told = await sync(desk);
    expect(told.match(/from='[^']*'/g)).toEqual([
      "from='alice@localhost/desk'",
      "from='bob@localhost/desk'",
      "from='alice@localhost/phone'",
    ]);
    expect(await sync(phone)).toContain("<presence from='alice@localhost/desk' to='alice@localhost/phone'/>");
  });

  it('tells who comes that a contact is not there', async () => {
    const server = plainServer();
    server.befriend('alice', 'bob');
    const alice = await login(server, 'alice', 'x');
    alice.send('<presence/>');
    expect(await sync(alice)).toContain("<presence type='unavailable' from='bob@localhost' to='alice@localhost/x'/>");
  });

  it.each([
    ['says so', "<presence type='unavailable'/>"],
    ['ends the stream', '</stream:stream>'],
    ['is cut off', 'drop'],
  ])('is gone for contacts and own resources when the client %s', async (_, how) => {
    const server = plainServer();
    server.befriend('alice', 'bob');
    const bob = await online(server, 'bob', 'desk');
    const other = await online(server, 'alice', 'other');
    const alice = await online(server, 'alice', 'phone');
    await sync(bob);
    await sync(other);
    if (how === 'drop') alice.drop();
    else alice.send(how);
    expect(await bob.receive("to='bob@localhost'/>")).toMatch(
      /^<presence type='unavailable' from='alice@localhost\/phone'/,
    );
    expect(await other.receive("to='alice@localhost/other'/>")).toContain("type='unavailable'");
  });

  it('sent to one address reaches it, and it is told of the end', async () => {
    const server = plainServer();
    const bob = await online(server, 'bob', 'desk');
    const alice = await login(server, 'alice', 'phone');
    alice.send("<presence to='bob@localhost/desk'/><presence to='carol@localhost'/>");
    expect(await bob.receive('/>')).toBe("<presence to='bob@localhost/desk' from='alice@localhost/phone'/>");
    alice.drop();
    expect(await bob.receive('/>')).toBe(
      "<presence type='unavailable' from='alice@localhost/phone' to='bob@localhost/desk'/>",
    );
  });

  it('is answered for a probe by who may know, and refused to others', async () => {
    const server = plainServer({ components: { 'echo.localhost': 's' } });
    server.befriend('alice', 'bob');
    await online(server, 'alice', 'x');
    const bob = await online(server, 'bob', 'y');
    const carol = await online(server, 'carol', 'z');
    bob.send("<presence type='probe' to='alice@localhost'/>");
    expect(await sync(bob)).toContain("from='alice@localhost/x' to='bob@localhost/y'");
    carol.send("<presence type='probe' to='alice@localhost'/>");
    expect(await sync(carol)).toBe('');
    const echo = await component(server, 'echo.localhost', 's');
    echo.send("<presence type='probe' from='echo.localhost' to='alice@localhost'/>");
    const refusal = "<presence type='unsubscribed' from='alice@localhost' to='echo.localhost'/>";
    expect(await echo.receive('/>')).toBe(refusal);
  });

  it('asks and tells components that are contacts', async () => {
    const server = plainServer({ components: { 'echo.localhost': 's' } });
    server.setRosterItem('alice', 'bot@echo.localhost', { subscription: 'both' });
    const echo = await component(server, 'echo.localhost', 's');
    const alice = await login(server, 'alice', 'x');
    alice.send('<presence/>');
    const probe = "<presence type='probe' from='alice@localhost' to='bot@echo.localhost'/>";
    expect(await echo.receive(probe)).toContain("<presence from='alice@localhost/x' to='bot@echo.localhost'/>");
    echo.send("<presence from='bot@echo.localhost/1' to='alice@localhost'/>");
    expect(await alice.receive("<presence from='bot@echo.localhost/1' to='alice@localhost'/>")).toBeTruthy();
  });

  it('refuses a type that there is not', async () => {
    const alice = await login(plainServer(), 'alice', 'x');
    alice.send("<presence type='invisible'/>");
    await sync(alice);
    expect(alice.received).not.toContain("type='invisible'");
  });
});

describe('subscriptions', () => {
  async function pair() {
    const server = plainServer();
    const alice = await online(server, 'alice', 'x');
    const bob = await online(server, 'bob', 'y');
    await interested(alice);
    await interested(bob);
    return { server, alice, bob };
  }
  const state = (server: ReturnType<typeof plainServer>) =>
    ['alice', 'bob'].map(
      (user) => server.roster(user).map(({ subscription, ask }) => subscription + (ask ? '?' : ''))[0],
    );

  it('come about by asking and allowing, with roster pushes, and show the presence', async () => {
    const { server, alice, bob } = await pair();
    alice.send("<presence type='subscribe' to='bob@localhost/y' id='s'/>");
    expect(await sync(alice)).toContain("<item jid='bob@localhost' subscription='none' ask='subscribe'/>");
    expect(await sync(bob)).toBe("<presence type='subscribe' to='bob@localhost' id='s' from='alice@localhost'/>");
    expect(state(server)).toEqual(['none?', undefined]);
    bob.send("<presence type='subscribed' to='alice@localhost'/>");
    expect(await sync(bob)).toContain("<item jid='alice@localhost' subscription='from'/>");
    const told = await sync(alice);
    expect(told).toMatch(
      /^<presence type='subscribed'.*<item jid='bob@localhost' subscription='to'\/>.*from='bob@localhost\/y'/,
    );
    bob.send("<presence type='subscribe' to='alice@localhost'/>");
    await sync(bob);
    alice.send("<presence type='subscribed' to='bob@localhost'/>");
    await sync(alice);
    expect(state(server)).toEqual(['both', 'both']);
  });

  it('are refused by denying', async () => {
    const { server, alice, bob } = await pair();
    alice.send("<presence type='subscribe' to='bob@localhost'/>");
    await sync(alice);
    bob.send("<presence type='unsubscribed' to='alice@localhost'/>");
    await sync(bob);
    expect(await sync(alice)).toContain("<presence type='unsubscribed' to='alice@localhost' from='bob@localhost'/>");
    expect(state(server)).toEqual(['none', undefined]);
  });

  it('end when the one who sees gives up', async () => {
    const { server, alice, bob } = await pair();
    server.befriend('alice', 'bob');
    await sync(alice);
    await sync(bob);
    alice.send("<presence type='unsubscribe' to='bob@localhost'/>");
    expect(await sync(alice)).toContain("<presence type='unavailable' from='bob@localhost/y' to='alice@localhost'/>");
    expect(await sync(bob)).toContain("<presence type='unsubscribe' to='bob@localhost' from='alice@localhost'/>");
    expect(state(server)).toEqual(['from', 'to']);
  });

  it('end when the one who is seen takes it back', async () => {
    const { server, alice, bob } = await pair();
    server.befriend('alice', 'bob');
    await sync(alice);
    await sync(bob);
    bob.send("<presence type='unsubscribed' to='alice@localhost'/>");
    await sync(bob);
    expect(await sync(alice)).toMatch(
      /<presence type='unavailable' from='bob@localhost\/y' to='alice@localhost'\/><presence type='unsubscribed'/,
    );
    expect(state(server)).toEqual(['from', 'to']);
  });

  it('that were asked for while away are offered at each login until they are answered', async () => {
    const server = plainServer();
    const alice = await online(server, 'alice', 'x');
    alice.send("<presence type='subscribe' to='bob@localhost'/><presence type='subscribe' to='bob@localhost'/>");
    await sync(alice);
    for (const resource of ['one', 'two']) {
      const bob = await login(server, 'bob', resource);
      bob.send('<presence/>');
      expect((await sync(bob)).match(/type='subscribe'/g)).toHaveLength(1);
    }
    const bob = await login(server, 'bob', 'three');
    bob.send("<presence/><presence type='subscribed' to='alice@localhost'/>");
    await sync(bob);
    const last = await login(server, 'bob', 'four');
    last.send('<presence/>');
    expect(await sync(last)).not.toContain('subscribe');
  });

  it('are granted at once to who has them already', async () => {
    const { server, alice, bob } = await pair();
    server.setRosterItem('bob', 'alice@localhost', { subscription: 'from' });
    await sync(bob);
    alice.send("<presence type='subscribe' to='bob@localhost'/>");
    expect(await sync(alice)).toContain("<presence type='subscribed' from='bob@localhost' to='alice@localhost'/>");
    expect(await sync(bob)).toBe('');
    expect(state(server)).toEqual(['to', 'from']);
  });

  it('cannot be forced on anybody: an approval nobody asked for changes nothing', async () => {
    const { server, alice, bob } = await pair();
    bob.send("<presence type='subscribed' to='alice@localhost'/>");
    await sync(bob);
    server.inject("<presence type='subscribed' from='mallory@example.org' to='alice@localhost'/>");
    expect(await sync(alice)).toBe('');
    expect(state(server)).toEqual([undefined, undefined]);
  });
});
