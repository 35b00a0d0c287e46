import { createHmac } from 'node:crypto';
import { ExternalServices } from '@sestina/xep-0215';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('external services of %s', (kind) => {
  const bench = useServer({ kind });

  it('are relays with passwords that they take, and servers that tell us our address', async () => {
    const { component } = bench.server;
    const client = await bench.online();
    const plugin = client.use(ExternalServices);
    const servers = await plugin.iceServers();
    const relays = servers.filter(({ urls }) => urls.startsWith('turn'));
    expect(servers.length).toBeGreaterThan(relays.length);
    expect(relays.length).toBeGreaterThan(0);
    for (const { urls, username = '', credential } of relays) {
      expect(urls).toMatch(/^turn:(?:turn\.example|203\.0\.113\.1):3478\?transport=(?:udp|tcp)$/);
      // The name is when it expires, in seconds, and perhaps a user (draft-uberti-behave-turn-rest §2.2).
      expect(Number(/^\d+/.exec(username)?.[0])).toBeGreaterThan(Date.now() / 1000);
      expect(credential).toBe(createHmac('sha1', component.secret).update(username).digest('base64'));
    }
    expect(await plugin.iceServers({ relayOnly: true })).toEqual(relays);
    const [turn] = await plugin.services({ type: 'turn' });
    expect(turn?.expires?.getTime()).toBeGreaterThan(Date.now());
    expect(turn && (await plugin.credentials(turn)).password).toBeDefined();
  });
});
