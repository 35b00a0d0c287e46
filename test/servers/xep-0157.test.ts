import { ContactAddresses } from '@sestina/xep-0157';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('contact addresses with %s', (kind) => {
  const bench = useServer({ kind });

  it('of the server are read', async () => {
    const client = await bench.online();
    const { abuse, security, admin, invalid } = await client.use(ContactAddresses).of();
    expect([abuse.map(String), security.map(String), admin, invalid]).toEqual([
      ['mailto:abuse@example.org', 'xmpp:abuse@example.org'],
      ['https://example.org/security'],
      [],
      [],
    ]);
  });

  it('of a component are told to clients', async () => {
    const [domain = ''] = bench.server.component.domains;
    const component = bench.component({ jid: domain });
    component.use(ContactAddresses).serve({ support: ['xmpp:help@example.org?message'] });
    await component.connect();
    const client = await bench.online();
    expect((await client.use(ContactAddresses).of(domain)).support.map(String)).toEqual([
      'xmpp:help@example.org?message',
    ]);
  });
});
