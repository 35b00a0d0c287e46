import type { ComponentOptions, ComponentXMPP } from '@sestina/component';
import { Logger } from '@sestina/core';
import { FaultyTransportFactory, MemoryServer, VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { makeComponent, PlayedServer, SECRET } from './support.js';

class Lines extends Logger {
  readonly lines: string[] = [];
  debug(message: string): void {
    this.lines.push(message);
  }
  info = this.debug;
  warn = this.debug;
  error = this.debug;
}

const keepAlive = { interval: 500, timeout: 500 };

function farm(count: number, options: Partial<ComponentOptions> = {}) {
  const clock = new VirtualClock();
  const logger = new Lines();
  const components = { 'bot.example.org': SECRET };
  const server = new MemoryServer({ domain: 'example.org', components, componentConflict: 'share', clock });
  const transports = new FaultyTransportFactory(server.transports, {}, clock);
  const processes = Array.from({ length: count }, () =>
    makeComponent({ transports, clock, keepAlive, logger, ...options }),
  );
  const endings: [ComponentXMPP, unknown][] = [];
  for (const each of processes) each.on('disconnected', ({ reason }) => void endings.push([each, reason]));
  return { clock, logger, transports, processes, endings };
}

describe('a component that has nothing to do', () => {
  it.each([1, 3])(
    'is not taken for dead with %s connections on its domain, and says nothing in the log',
    async (count) => {
      const { clock, logger, processes, endings } = farm(count);
      for (const each of processes) await each.connect();
      await clock.advance(60_000);
      expect(endings).toEqual([]);
      expect(logger.lines).toEqual([]);
    },
  );

  it('F1: is found dead in time where nothing gets through any more, and the others are not', async () => {
    const { clock, transports, processes, endings } = farm(3);
    for (const each of processes) await each.connect();
    await clock.advance(10_000);
    transports.current?.mute();
    await clock.advance(1_500);
    const timeout = expect.objectContaining({ code: 'ERR_CONNECTION_LOST', reason: 'timeout' });
    expect(endings).toEqual([[processes[2], timeout]]);
    await clock.advance(10_000);
    expect(endings).toHaveLength(1);
  });

  it.each(['<error type="modify"><jid-malformed xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>', ''])(
    'goes on where the server does not say from whom the answer is (%s)',
    async (error) => {
      const logger = new Lines();
      const { component, peer } = await new PlayedServer().online({ logger });
      peer.send(`<iq type='error' id='x' to='bot.example.org'>${error}</iq>`);
      peer.send("<message from='a@example.org' to='bot.example.org'><body>x</body></message>");
      await component.wait('message', { timeout: 1_000 });
      expect(component.online).toBe(true);
      expect(logger.lines).toEqual([]);
    },
  );
});
