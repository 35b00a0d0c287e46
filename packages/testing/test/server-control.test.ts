import { ConfigError, ConnectError } from '@sestina/core';
import { expectXml, MemoryServer, VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { login, online, open, plainServer, sync } from './raw-client.js';

describe('control of the server', () => {
  it('keeps no log where its size is 0, and still tells of every stanza', async () => {
    const server = plainServer({ logSize: 0 });
    const told: string[] = [];
    server.onStanza(({ stanza }) => told.push(stanza.name));
    for (let i = 0; i < 20; i++) server.inject(`<message from='x@elsewhere.example' to='alice@localhost'/>`);
    const alice = await online(server, 'alice', 'x');
    alice.send("<message to='alice@localhost'/>".repeat(20));
    await sync(alice);
    expect(told.filter((name) => name === 'message').length).toBeGreaterThanOrEqual(40);
    expect(server.log).toEqual([]);
  });

  it('shows sessions and disturbs one of them', async () => {
    const server = plainServer();
    const alice = await online(server, 'alice', 'x', 5);
    const session = server.session('alice@localhost')!;
    expect(session).toMatchObject({ kind: 'client', username: 'alice', available: true, priority: 5, secure: false });
    expect(String(session.jid)).toBe('alice@localhost/x');
    session.send('<a/>');
    expect(await alice.receive('<a/>')).toBe('<a/>');
    session.kick('reset', 'for a test');
    expect(await alice.receiveEnd()).toMatch(/<stream:error><reset .*for a test.*<\/stream:stream>$/);
    expect([session.closed, server.session('alice@localhost')]).toEqual([true, undefined]);
  });

  it('cuts a session without a word', async () => {
    const server = plainServer();
    const alice = await login(server, 'alice', 'x');
    server.session('alice@localhost')?.drop();
    expect(await alice.receiveEnd()).toBe('');
  });

  it('stops reading from a session and reads on', async () => {
    const server = plainServer();
    const alice = await login(server, 'alice', 'x');
    server.sessions[0]?.pause();
    alice.send("<message to='alice@localhost/x'><body>late</body></message>");
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(alice.unread).toBe('');
    server.sessions[0]?.resume();
    expect(await alice.receive('</message>')).toContain('late');
  });

  it('logs every stanza with direction and session, and calls back', async () => {
    const server = plainServer();
    const alice = await online(server, 'alice', 'x');
    const bob = await online(server, 'bob', 'y');
    const heard: string[] = [];
    const registration = server.onStanza(({ direction, session }) => heard.push(`${direction} ${session.username}`));
    alice.send("<message to='bob@localhost'><body>1</body></message>");
    await bob.receive('</message>');
    registration.dispose();
    alice.send("<message to='bob@localhost'><body>2</body></message>");
    await bob.receive('</message>');
    expect(heard).toEqual(['in alice', 'out bob']);
    const [sent] = server.log.filter(({ stanza }) => stanza.child('body')?.text === '1');
    expectXml(sent!.stanza, "<message to='bob@localhost'><body>1</body></message>");
    expect(String(sent)).toMatch(/^alice@localhost\/x -->\n<message /);
  });

  it('lets no callback that throws reach the process: the session ends', async () => {
    const server = plainServer();
    const alice = await login(server, 'alice', 'x');
    server.onStanza(() => {
      throw new Error('from the callback');
    });
    alice.send('<presence/>');
    expect(await alice.receiveEnd()).toContain('an onStanza() callback threw: Error: from the callback');
  });

  it('keeps only so much of the log', async () => {
    const server = plainServer({ logSize: 10 });
    const alice = await login(server, 'alice', 'x');
    for (let i = 0; i < 50; i++) await sync(alice);
    expect(server.log.length).toBeLessThanOrEqual(11);
  });

  it('injects stanzas from elsewhere', async () => {
    const server = plainServer();
    const alice = await online(server, 'alice', 'x');
    server.inject("<message from='romeo@example.org/x' to='alice@localhost'><body>hi</body></message>");
    expect(await alice.receive('</message>')).toContain("from='romeo@example.org/x'");
    expect(() => server.inject("<message to='alice@localhost'/>")).toThrow(ConfigError);
  });

  it('adds and removes users while it runs', async () => {
    const server = plainServer();
    const alice = await login(server, 'alice', 'x');
    server.removeUser('alice');
    expect(await alice.receiveEnd()).toContain('<not-authorized ');
    expect(() => server.roster('alice')).toThrow('addUser()');
    server.addUser('alice', 'secret');
    await login(server, 'alice', 'x');
    expect(() => server.addUser('not a name', 'x')).toThrow(ConfigError);
  });

  it('ends everything with system-shutdown, refuses, and starts again with its users and rosters', async () => {
    const server = plainServer();
    server.befriend('alice', 'bob');
    const alice = await online(server, 'alice', 'x');
    const early = await open(server);
    await server.stop();
    expect(await alice.receiveEnd()).toContain('<system-shutdown ');
    expect(await early.receiveEnd()).toContain('<system-shutdown ');
    expect(server.sessions).toEqual([]);
    await expect(open(server)).rejects.toThrow(ConnectError);
    await server.start();
    await login(server, 'alice', 'x');
    expect(server.roster('alice')).toHaveLength(1);
  });

  it('is stopped by `await using`', async () => {
    const server = plainServer();
    await server[Symbol.asyncDispose]();
    expect(server.stopped).toBe(true);
  });

  it('says which option cannot be', () => {
    expect(() => new MemoryServer({ domain: 'a@b' })).toThrow(ConfigError);
    expect(() => new MemoryServer({ components: { 'a/b': 'x' } })).toThrow(ConfigError);
    expect(() => new MemoryServer({ limits: { maxDepth: 0 } })).toThrow(ConfigError);
  });
});

describe('determinism', () => {
  async function script(): Promise<string> {
    const clock = new VirtualClock();
    const server = plainServer({ clock });
    const alice = await online(server, 'alice', '');
    alice.send("<message to='bob@localhost'><body>later</body></message>");
    await sync(alice);
    const bob = await online(server, 'bob', '');
    bob.send("<presence type='subscribe' to='alice@localhost'/>");
    await sync(bob);
    await sync(alice);
    return (alice.received + bob.received).replace(/sync-\d+/g, 'sync');
  }

  it('two runs of the same script are the same to the byte', async () => {
    expect(await script()).toBe(await script());
  });

  it('an idle server has no timer', async () => {
    const clock = new VirtualClock();
    const server = plainServer({ clock });
    await online(server, 'alice', 'x');
    expect(clock.pending).toEqual([]);
  });

  it('a conversation of two users, with logins, waits for no timer', async () => {
    // Its time stands still.
    const server = plainServer({ clock: new VirtualClock() });
    const [alice, bob] = [await online(server, 'alice', 'x'), await online(server, 'bob', 'y')];
    alice.send("<message to='bob@localhost'><body>hi</body></message>");
    await bob.receive('</message>');
    await server.stop();
  });
});
