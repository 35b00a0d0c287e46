import { readFile } from 'node:fs/promises';
import { ClientXMPP } from '@sestina/client';
import { describe, expect, it } from 'vitest';
import { KINDS } from '../support/bench.js';
import { Child } from '../support/child.js';

describe.each(KINDS)('npm run servers -- %s', (kind) => {
  it('prints what makes a ten-line program work, and ends at Ctrl-C', async () => {
    await using servers = new Child('npm', ['run', '--silent', 'servers', '--', kind], { detached: true });
    await servers.prints(/Ctrl-C/);
    const block = servers.stdout.match(/^export .+$/gm) ?? [];
    expect(block).toHaveLength(9);
    const value = (name: string): string =>
      block.find((line) => line.startsWith(`export ${name}=`))?.replace(/^[^=]*=/, '') ?? '';

    // Something to see in the roster. This process does not look at NODE_EXTRA_CA_CERTS any more.
    const options = {
      jid: value('SESTINA_JID'),
      password: value('SESTINA_PASSWORD'),
      host: value('SESTINA_HOST'),
      port: Number(value('SESTINA_PORT')),
      tls: { ca: await readFile(value('NODE_EXTRA_CA_CERTS'), 'utf8') },
    };
    const client = new ClientXMPP(options);
    await client.connect();
    await client.updateRoster('juliet@localhost', { name: 'Juliet' });
    await client.getRoster();
    await client.dispose();

    // As if pasted into another terminal.
    const pasted = [...block, 'exec node tools/scripts/run.mjs test/ten-lines.ts'].join('\n');
    await using program = new Child('sh', ['-c', pasted]);
    const { code, stdout, stderr } = await program.end();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^the server is \d+\.\d ms away$/m);
    expect(stdout).toMatch(/^contact juliet@localhost Juliet$/m);
    expect(stdout).toMatch(/^feature http:\/\/jabber\.org\/protocol\/disco#info$/m);
    expect(stdout).toMatch(/^feature urn:xmpp:ping$/m);

    servers.signal('SIGINT');
    const end = await servers.end();
    expect(end.stderr).toBe('');
    await expect(new ClientXMPP(options).connect()).rejects.toMatchObject({ code: 'ERR_CONNECT' });
  });
});
