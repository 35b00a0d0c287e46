import type { Message } from '@sestina/core';
import { Ping } from '@sestina/xep-0199';
import { beforeAll, describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { type ComponentPeer, installComponentPeer, startComponentPeer } from '../support/component-peer.js';
import { Wire } from '../support/wire.js';

const PEERS: readonly ComponentPeer[] = ['slixmpp', 'xmpp.js'];
const BODIES = ['plain', ' blanks \n and a line ', `<tag attribute='"'> & ]]>`, 'ünï ❦ 😀', '<'.repeat(200)];

describe.each(KINDS)('an echo component of %s', (kind) => {
  const bench = useServer({ kind });

  beforeAll(async () => {
    for (const peer of PEERS) await installComponentPeer(peer);
  });

  /** The same talk with whoever is the component; what that wrote. */
  async function talk(domain: string, wire: Wire): Promise<string[]> {
    const user = await bench.online(bench.server.users[0], { resource: 'talker' });
    const ping = user.use(Ping);
    const got: Message[] = [];
    user.on('message', (message) => void got.push(message));
    const sent: string[] = [];
    for (const [index, body] of BODIES.entries()) {
      for (const type of ['chat', 'normal'] as const) {
        sent.push(body);
        await user.sendMessage({ to: `user${index}@${domain}/${type}`, type, body });
      }
    }
    await ping.ping(`user1@${domain}`);
    await expect.poll(() => got.map(({ body }) => body)).toEqual(sent);
    await user.disconnect();
    return wire.stanzas;
  }

  it.each(PEERS)('puts the same stanzas on the wire as one made with %s', async (peer) => {
    const domain = bench.server.component.domains[0] ?? '';
    const { host, ports } = bench.server;
    await using wire = await Wire.to(host, ports.component);
    const component = bench.component({ jid: domain, port: wire.port });
    component.use(Ping);
    component.on('message', (message) => void message.reply(message.body).send());
    await component.connect();
    const ours = await talk(domain, wire);
    await component.disconnect();
    expect(ours).toHaveLength(2 * BODIES.length + 1);

    await using _other = await startComponentPeer(peer, bench.server, { domain, port: wire.port });
    const theirs = await talk(domain, wire);
    expect(theirs).toEqual(ours);
  });
});
