import { ConfigError } from '@sestina/core';
import { MemoryServer, type MemoryServerOptions, type RawPeer, VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { base64, header, login, open, plainServer } from './raw-client.js';

const NS_SM = 'urn:xmpp:sm:3';
const SM = `xmlns='${NS_SM}'`;

const managedServer = (streamManagement: MemoryServerOptions['streamManagement'] = true, clock = new VirtualClock()) =>
  Object.assign(plainServer({ streamManagement, clock }), { clock });

/** A connection that is logged in and has no resource yet. */
async function unbound(server: MemoryServer, user = 'alice'): Promise<RawPeer> {
  const peer = await open(server);
  peer.send(header());
  await peer.receive('</stream:features>');
  const secret = user === 'alice' ? 'secret' : 'geheim';
  peer.send(
    `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${base64(`\0${user}\0${secret}`)}</auth>`,
  );
  await peer.receive('<success');
  peer.send(header());
  await peer.receive('</stream:features>');
  return peer;
}

/** A session that can be resumed, and what by. */
async function managed(server: MemoryServer, user = 'alice', more = ''): Promise<{ peer: RawPeer; id: string }> {
  const peer = await login(server, user, 'x');
  peer.send(`<enable ${SM} resume='true'${more}/>`);
  const enabled = await peer.receive(/<enabled[^>]*>/);
  peer.send("<presence id='p'/>");
  await peer.receive(/<presence[^>]*>/);
  return { peer, id: / id='([^']*)'/.exec(enabled)?.[1] ?? '' };
}

const resume = (id: string, h: number): string => `<resume ${SM} previd='${id}' h='${h}'/>`;
const body = (text: string): string => `<message to='alice@localhost' type='chat'><body>${text}</body></message>`;
const bodies = (text: string): string[] => [...text.matchAll(/<body>(.*?)<\/body>/g)].map(([, found]) => found ?? '');

describe('a server with stream management', () => {
  it('offers it where it is asked to, and behind the login alone', async () => {
    const peer = await open(managedServer());
    peer.send(header());
    expect(await peer.receive('</stream:features>')).not.toContain(NS_SM);
    const offered = await unbound(managedServer());
    expect(offered.received).toContain(`<sm xmlns='${NS_SM}'/>`);
    const none = await unbound(plainServer());
    expect(none.received).not.toContain(NS_SM);
  });

  it('counts stanzas from <enable/> on, and nothing else', async () => {
    const server = managedServer();
    const alice = await login(server, 'alice', 'x');
    expect(server.sessions[0]?.handledCount).toBeUndefined();
    alice.send(`<enable ${SM}/><r ${SM}/>${body('1')}<iq type='get' id='1'/><a ${SM} h='0'/><r ${SM}/>`);
    await alice.receive(/<enabled[^>]*\/>/);
    await alice.receive(`<a xmlns='${NS_SM}' h='0'/>`);
    await alice.receive(`<a xmlns='${NS_SM}' h='2'/>`);
    expect(server.sessions[0]).toMatchObject({ handledCount: 2, kept: false });
  });

  it('asks what the client has, keeps what is not acknowledged, and takes an older count for nothing new', async () => {
    const server = managedServer({ requestEvery: 2 });
    const { peer } = await managed(server);
    const session = server.session('alice@localhost')!;
    server.inject(body('1').replace(' to', " from='x@y.example' to"));
    await peer.receive(`<r xmlns='${NS_SM}'/>`);
    expect(session.unacked.map(({ name }) => name)).toEqual(['presence', 'message']);
    peer.send(`<a ${SM} h='1'/>`);
    await server.clock.runUntilIdle();
    expect(session.unacked).toHaveLength(1);
    peer.send(`<a ${SM} h='0'/>`);
    await server.clock.runUntilIdle();
    expect([session.unacked.length, session.closed]).toEqual([1, false]);
    peer.send(`<a ${SM} h='3'/>`);
    expect(await peer.receiveEnd()).toMatch(/undefined-condition.*<handled-count-too-high [^>]*send-count='2'/);
  });

  it.each(['', 'h="-1"', 'h="x"', 'h="4294967296"'])('ends the session at a count that is none: %s', async (h) => {
    const { peer } = await managed(managedServer());
    peer.send(`<a ${SM} ${h}/>`);
    expect(await peer.receiveEnd()).toContain('bad-format');
  });

  it('keeps a session whose connection was lost, and gives it what came meanwhile', async () => {
    const server = managedServer();
    const { peer, id } = await managed(server);
    const session = server.session('alice@localhost/x')!;
    session.drop();
    await peer.receiveEnd();
    expect(session).toMatchObject({ kept: true, closed: false, available: true });
    const bob = await login(server, 'bob', 'y');
    bob.send(body('1') + body('2'));
    await server.clock.runUntilIdle();
    const again = await unbound(server);
    again.send(resume(id, 1));
    expect(await again.receive(/<resumed[^>]*>/)).toMatch(new RegExp(`h='1' previd='${id}'`));
    expect(bodies(await again.receive(`<r xmlns='${NS_SM}'/>`))).toEqual(['1', '2']);
    expect(server.session('alice@localhost/x')).toBe(session);
    expect(session).toMatchObject({ kept: false, available: true });
    bob.send(body('3'));
    expect(bodies(await again.receive('</message>'))).toEqual(['3']);
    again.send(`<a ${SM} h='4'/>`);
    await server.clock.runUntilIdle();
    expect(session.unacked).toEqual([]);
    expect(server.clock.pending).toEqual([]);
  });

  it('resumes a session that does not know yet that its connection is gone', async () => {
    const server = managedServer();
    const { peer, id } = await managed(server);
    const again = await unbound(server);
    again.send(resume(id, 1));
    await again.receive('<resumed');
    expect(await peer.receiveEnd()).toContain('conflict');
    peer.send(body('too late'));
    await server.clock.runUntilIdle();
    expect(server.session('alice@localhost/x')).toMatchObject({ closed: false, handledCount: 1 });
    expect(server.sessions).toHaveLength(1);
  });

  it('refuses to resume what it does not keep, and tells how far that had come', async () => {
    const server = managedServer();
    const { peer, id } = await managed(server);
    server.session('alice@localhost/x')?.drop();
    await peer.receiveEnd();
    await server.clock.advance(300_000);
    const again = await unbound(server);
    again.send(resume('other', 1));
    expect(await again.receive('</failed>')).toMatch(/^[^h]*<failed xmlns='urn:xmpp:sm:3'><item-not-found/);
    again.send(resume(id, 1));
    expect(await again.receive('</failed>')).toContain("h='1'");
    const mallory = await unbound(server, 'bob');
    mallory.send(resume(id, 1));
    expect(await mallory.receive('</failed>')).not.toContain("h='");
  });

  it.each([
    [
      'that has waited for as long as the client asked',
      (server: ReturnType<typeof managedServer>) => server.clock.advance(60_000),
    ],
    ['that expires', (server: ReturnType<typeof managedServer>) => server.session('alice@localhost/x')?.expire()],
    [
      'whose resource is taken',
      async (server: ReturnType<typeof managedServer>) => void (await login(server, 'alice', 'x')),
    ],
  ])('brings what came for a session %s to where it is for else', async (_what, end) => {
    const server = managedServer();
    const { peer } = await managed(server, 'alice', " max='60'");
    const bob = await login(server, 'bob', 'y');
    const session = server.session('alice@localhost/x')!;
    session.drop();
    await peer.receiveEnd();
    bob.send(`${body('1')}<iq type='get' id='q' to='alice@localhost/x'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await server.clock.runUntilIdle();
    expect(session.unacked).toHaveLength(3);
    await end(server);
    expect(session).toMatchObject({ kept: false, closed: true });
    expect(await bob.receive('</iq>')).toContain('service-unavailable');
    const next = await login(server, 'alice', 'z');
    next.send('<presence/>');
    expect(bodies(await next.receive('</message>'))).toEqual(['1']);
    expect(server.clock.pending).toEqual([]);
  });

  it('ends a session for good where one side ends it, or too much is not acknowledged', async () => {
    const server = managedServer({ maxUnacked: 3 });
    const left = await managed(server);
    left.peer.send('</stream:stream>');
    await left.peer.receiveEnd();
    const kicked = await managed(server);
    server.sessions[0]?.kick('conflict');
    await kicked.peer.receiveEnd();
    expect(server.sessions).toEqual([]);
    const { peer } = await managed(server);
    const bob = await login(server, 'bob', 'y');
    bob.send(body('1').repeat(3));
    expect(await peer.receiveEnd()).toContain('policy-violation');
    const next = await login(server, 'alice', 'x');
    next.send('<presence/>');
    expect(bodies(await next.receive(/(<message.*?<\/message>){3}/))).toEqual(['1', '1', '1']);
  });

  it.each([true, false])('comes again with its sessions where it keeps them: %s', async (keepSessions) => {
    const server = managedServer();
    const { peer, id } = await managed(server);
    await server.stop({ keepSessions });
    expect(await peer.receiveEnd()).toContain('system-shutdown');
    await server.start();
    const again = await unbound(server);
    again.send(resume(id, 1));
    expect(await again.receive(/<(failed|resumed)[^>]*>/)).toContain(keepSessions ? '<resumed' : '<failed');
  });

  it('refuses what comes at the wrong time, and does not resume where it is told not to', async () => {
    const server = managedServer({ resume: false });
    const peer = await unbound(server);
    peer.send(`<enable ${SM} resume='true'/>`);
    expect(await peer.receive('</failed>')).toContain('unexpected-request');
    const alice = await login(server, 'alice', 'x');
    alice.send(`<r ${SM}/>`);
    expect(await alice.receive('</failed>')).toContain('unexpected-request');
    alice.send(`<enable ${SM} resume='true'/>`);
    expect(await alice.receive(/<enabled[^>]*>/)).not.toMatch(/ id=| resume=/);
    alice.send(`<enable ${SM}/>`);
    expect(await alice.receive('</failed>')).toContain('unexpected-request');
    server.session('alice@localhost/x')?.drop();
    expect(server.session('alice@localhost/x')).toBeUndefined();
  });

  it('takes only numbers that can be', () => {
    for (const wrong of [{ max: 0 }, { requestEvery: -1 }, { maxUnacked: Number.NaN }]) {
      expect(() => new MemoryServer({ streamManagement: wrong })).toThrow(ConfigError);
    }
  });
});
