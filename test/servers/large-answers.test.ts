import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JID } from '@sestina/core';
import { DiscoItem, DiscoItems, ServiceDiscovery, TooManyItemsError } from '@sestina/xep-0030';
import { describe, expect, it } from 'vitest';
import { type Bench, KINDS, useServer } from '../support/bench.js';

const GROUPS = ['Friends of the house', 'Everybody whom we have ever met'];

/** Puts so many contacts into the roster of somebody who was never there, as quickly as the server can take them. */
async function fill(bench: Bench, username: string, password: string, contacts: number): Promise<void> {
  const addresses = Array.from({ length: contacts }, (_, i) => `contact.number.${i}@localhost`);
  if (bench.server.kind === 'prosody') {
    // Each change has it write all of the roster.
    const folder = join(bench.server.directory, 'data', 'localhost', 'roster');
    const groups = GROUPS.map((group) => `["${group}"] = true;`).join(' ');
    const item = (jid: string): string =>
      `["${jid}"] = { ["name"] = "Contact"; ["subscription"] = "none"; ["groups"] = { ${groups} }; };`;
    await mkdir(folder, { recursive: true });
    const text = `return {\n[false] = { ["version"] = 1; };\n${addresses.map(item).join('\n')}\n};\n`;
    await writeFile(join(folder, `${username}.dat`), text);
    return;
  }
  const client = await bench.online({ jid: `${username}@localhost`, username, password });
  for (let at = 0; at < contacts; at += 500) {
    const some = addresses.slice(at, at + 500);
    await Promise.all(
      some.map((jid) => client.updateRoster(jid, { name: 'Contact', groups: GROUPS, timeout: 120_000 })),
    );
  }
  await client.disconnect();
}

describe.each(KINDS)('a large answer of %s', (kind) => {
  const bench = useServer({ kind });

  it('such as a roster of 8,000 contacts in two groups is taken as things are', async () => {
    const user = await bench.account();
    await fill(bench, user.username, user.password, 8_000);
    const client = await bench.online(user);
    const roster = await client.getRoster({ timeout: 60_000 });
    expect(roster.size).toBe(8_000);
    expect([...(roster.get('contact.number.7999@localhost')?.groups ?? [])].sort()).toEqual([...GROUPS].sort());
    expect(client.online).toBe(true);
  }, 240_000);

  // Prosody takes no stanza of that size from a component.
  if (kind !== 'ejabberd') return;

  it('such as a list of 20,500 services is refused by the one who asked, and the session goes on', async () => {
    const [jid = ''] = bench.server.component.domains;
    const component = bench.component({ jid, queue: { maxStanzaBytes: 4_000_000 } });
    const items = Array.from({ length: 20_500 }, (_, i) => new DiscoItem({ jid: JID.from(`p${i}.localhost`) }));
    component.onIq('get', DiscoItems, () => new DiscoItems({ items }));
    await component.connect();
    const client = await bench.online();
    const error = await client
      .use(ServiceDiscovery)
      .items(jid)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TooManyItemsError);
    expect(error).toMatchObject({ count: 20_500 });
    expect((await client.getRoster()).size).toBe(0);
  });
});
