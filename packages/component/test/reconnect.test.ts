import { ComponentConflictError, type ComponentXMPP } from '@sestina/component';
import { element, SessionLostError } from '@sestina/core';
import { MemoryServer, type MemoryServerOptions, VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { header, makeComponent, PlayedServer, rejection, SECRET } from './support.js';

const streamError = (condition: string): string =>
  `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`;

class Ping extends element('ping', 'urn:xmpp:ping') {}

function world(options: MemoryServerOptions = {}) {
  const clock = new VirtualClock();
  const server = new MemoryServer({
    domain: 'example.org',
    components: { 'bot.example.org': SECRET, 'two.example.org': SECRET },
    clock,
    ...options,
  });
  const component = (more: object = {}): ComponentXMPP =>
    makeComponent({ transports: server.transports, clock, reconnect: {}, ...more });
  return { clock, server, component };
}

/** The digest of the handshake is computed on no clock. */
async function untilOnline(component: ComponentXMPP, clock: VirtualClock): Promise<void> {
  await expect
    .poll(async () => {
      await clock.advance(10_000);
      return component.online;
    })
    .toBe(true);
}

describe('a component that loses its connection', () => {
  it('comes back with a new session', async () => {
    const { clock, server, component: make } = world();
    const component = make();
    const events: string[] = [];
    component.on('sessionStart', () => events.push('start'));
    component.on('sessionEnd', () => events.push('end'));
    await component.connect();
    const failed = rejection(component.iqGet('nobody@example.org', new Ping()));
    server.session('bot.example.org')?.drop();
    await clock.runUntilIdle();
    expect(await failed).toBeInstanceOf(SessionLostError);
    await untilOnline(component, clock);
    expect(server.session('bot.example.org')?.id).toBe(2);
    await component.disconnect();
    expect(events).toEqual(['start', 'end', 'start', 'end']);
    expect(clock.pending).toEqual([]);
  });

  it('does not come back where another one has taken its place', async () => {
    const { clock, server, component: make } = world({ componentConflict: 'replace' });
    const [first, second] = [make(), make()];
    await first.connect();
    const end = first.wait('disconnected');
    await second.connect();
    expect(await end).toMatchObject({ reason: { condition: 'conflict', retryable: false }, willReconnect: false });
    await clock.advance(600_000);
    expect([first.state, second.state]).toEqual(['disconnected', 'online']);
    expect(server.sessions).toHaveLength(1);
    await Promise.all([first.disconnect(), second.disconnect()]);
  });

  it('is refused where there is one already, and told the way out', async () => {
    const { clock, component: make } = world({ componentConflict: 'reject' });
    const [first, second] = [make(), make()];
    await first.connect();
    const error = await rejection(second.connect());
    expect(error).toBeInstanceOf(ComponentConflictError);
    expect(error).toMatchObject({ retryable: true, cause: { condition: 'conflict', origin: 'peer' } });
    expect(error.message).toContain('end the other program');
    await clock.advance(600_000);
    expect([first.state, second.state]).toEqual(['online', 'disconnected']);
    await first.disconnect();
  });

  it('waits where there is one already until that is gone, with `reconnect.initial`', async () => {
    const { clock, component: make } = world({ componentConflict: 'reject' });
    const [first, second] = [make(), make({ reconnect: { initial: true } })];
    await first.connect();
    const refused = second.wait('connectionFailed');
    const connecting = second.connect();
    expect((await refused).error).toBeInstanceOf(ComponentConflictError);
    await first.disconnect();
    await untilOnline(second, clock);
    await connecting;
    await second.disconnect();
  });

  it('comes back although its own ghost has its domain for a while', async () => {
    const server = new PlayedServer();
    const { component, peer } = await server.online({ reconnect: { base: 1, max: 2 } });
    const failures: Error[] = [];
    component.on('connectionFailed', ({ error }) => failures.push(error));
    const back = component.wait('sessionStart');
    peer.drop();
    for (let attempt = 1; attempt <= 6; attempt++) {
      const next = await server.next();
      await next.receive(/<stream:stream[^>]*>/);
      next.send(header());
      await next.receive('</handshake>');
      next.send(attempt < 6 ? streamError('conflict') : '<handshake/>');
    }
    await back;
    expect(failures).toHaveLength(5);
    expect(failures.filter((error) => !(error instanceof ComponentConflictError))).toEqual([]);
    await component.disconnect();
  });

  it('F31: comes back after the server was restarted', async () => {
    const { clock, server, component: make } = world();
    const component = make();
    await component.connect();
    await server.stop();
    await clock.advance(30_000);
    expect(component.online).toBe(false);
    await server.start();
    await untilOnline(component, clock);
    await component.disconnect();
    expect(clock.pending).toEqual([]);
  });
});

describe('several components', () => {
  it('of one domain share its stanzas, and each gets its own answers', async () => {
    const { server, component: make } = world();
    const both = [make(), make()] as const;
    await Promise.all(both.map((component) => component.connect()));
    const counts = [0, 0];
    both.forEach((component, i) => {
      component.on('message', () => {
        counts[i] = (counts[i] ?? 0) + 1;
      });
    });
    for (let i = 0; i < 10; i++) {
      server.inject(`<message from='bob@example.net/x' to='bot.example.org'><body>${i}</body></message>`);
    }
    await expect.poll(() => counts).toEqual([5, 5]);
    for (const component of both) {
      expect((await component.iqGet('example.org', new Ping())).type).toBe('result');
    }
    await Promise.all(both.map((component) => component.disconnect()));
  });

  it('of two domains in one process share nothing', async () => {
    const { component: make } = world();
    const [one, two] = [make(), make({ jid: 'two.example.org' })];
    await Promise.all([one.connect(), two.connect()]);
    one.advertise('urn:one');
    expect([...two.advertised]).not.toContain('urn:one');
    expect(one.scope).not.toBe(two.scope);
    const message = two.wait('message');
    one.sendMessage({ to: 'someone@two.example.org', body: 'hello' });
    expect((await message).from?.toString()).toBe('bot.example.org');
    await Promise.all([one.dispose(), two.disconnect()]);
  });
});
