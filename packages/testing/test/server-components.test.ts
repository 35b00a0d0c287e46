import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { component, header, login, online, open, plainServer, sync } from './raw-client.js';

const components = { 'echo.localhost': 'secret' };

describe('components', () => {
  it('prove themselves and get what is sent to their domain, in their namespace', async () => {
    const server = plainServer({ components });
    const echo = await component(server, 'echo.localhost', 'secret');
    expect(echo.received).toMatch(/xmlns='jabber:component:accept'[^>]*from='echo.localhost' id='[^']*'>/);
    const alice = await online(server, 'alice', 'x');
    alice.send("<message to='bot@echo.localhost'><body>hi</body></message>");
    expect(await echo.receive('</message>')).toBe(
      "<message to='bot@echo.localhost' from='alice@localhost/x'><body>hi</body></message>",
    );
    echo.send("<message from='bot@echo.localhost/1' to='alice@localhost'><body>hi</body></message>");
    expect(await alice.receive('</message>')).toContain("from='bot@echo.localhost/1'");
    expect(server.session('echo.localhost')?.kind).toBe('component');
  });

  it.each([
    ['not-authorized', 'echo.localhost', 'wrong'],
    ['host-unknown', 'other.localhost', 'secret'],
  ])('are refused with %s (%s, %s)', async (condition, domain, secret) => {
    const server = plainServer({ components });
    const peer = await open(server);
    peer.send(header(domain, 'jabber:component:accept', ''));
    expect(await peer.receive(/<stream:stream[^>]*>/)).toContain("xmlns='jabber:component:accept'");
    if (secret === 'wrong') peer.send('<handshake>da39a3ee5e6b4b0d3255bfef95601890afd80709</handshake>');
    expect(await peer.receiveEnd()).toContain(`<${condition} `);
  });

  it.each([
    ["<message to='alice@localhost'/>", 'invalid-from'],
    ["<message from='alice@localhost' to='alice@localhost'/>", 'invalid-from'],
    ["<message from='x@sub.echo.localhost' to='alice@localhost'/>", 'invalid-from'],
    ["<x xmlns='urn:x'/>", 'unsupported-stanza-type'],
  ])('may not send %s', async (sent, condition) => {
    const echo = await component(plainServer({ components }), 'echo.localhost', 'secret');
    echo.send(sent);
    expect(await echo.receiveEnd()).toContain(`<${condition} `);
  });

  it('are told where an address is missing or none', async () => {
    const echo = await component(plainServer({ components }), 'echo.localhost', 'secret');
    echo.send("<message from='echo.localhost'/>");
    expect(await echo.receive('</message>')).toContain('<bad-request ');
    echo.send("<message from='echo.localhost' to='@'/>");
    expect(await echo.receive('</message>')).toContain('<jid-malformed ');
  });

  it('are told on the connection that asked, in the name of what is no address', async () => {
    for (const componentConflict of ['allow', 'share'] as const) {
      const server = plainServer({ components, componentConflict });
      const [one, two] = [
        await component(server, 'echo.localhost', 'secret'),
        await component(server, 'echo.localhost', 'secret'),
      ];
      for (let i = 0; i < 10; i++) {
        two.send(`<iq type='get' id='p${i}' from='echo.localhost' to='@'><ping xmlns='urn:xmpp:ping'/></iq>`);
        expect(await two.receive('</iq>')).toContain(`<iq id='p${i}' from='@' to='echo.localhost' type='error'>`);
      }
      expect(one.received).not.toContain('<iq');
    }
  });

  it('share the stanzas where several are connected', async () => {
    const server = plainServer({ components });
    const one = await component(server, 'echo.localhost', 'secret');
    const two = await component(server, 'echo.localhost', 'secret');
    const alice = await login(server, 'alice', 'x');
    for (let i = 0; i < 4; i++) alice.send("<message to='echo.localhost'/>");
    await sync(alice);
    await two.receive(/(<message [^>]*>){2}/);
    expect([one, two].map((peer) => peer.received.match(/<message /g)?.length)).toEqual([2, 2]);
  });

  it('get the answer on the connection that asked', async () => {
    const server = plainServer({ components });
    const one = await component(server, 'echo.localhost', 'secret');
    const two = await component(server, 'echo.localhost', 'secret');
    const bob = await login(server, 'bob', 'y');
    for (const id of ['a', 'b', 'c']) {
      two.send(`<iq type='get' id='${id}' from='echo.localhost' to='bob@localhost/y'><q xmlns='urn:x'/></iq>`);
      await bob.receive('</iq>');
      bob.send(`<iq type='result' id='${id}' to='echo.localhost'/>`);
      await two.receive(`id='${id}'`);
    }
    expect(one.received).not.toContain('<iq');
  });

  it('get stanzas and answers at random where all is shared, alike with the same seed', async () => {
    const run = async (seed: number): Promise<string[][]> => {
      const server = plainServer({ components, componentConflict: 'share', random: new SeededRandom(seed) });
      const one = await component(server, 'echo.localhost', 'secret');
      const two = await component(server, 'echo.localhost', 'secret');
      const bob = await login(server, 'bob', 'y');
      for (let i = 0; i < 40; i++) {
        two.send(`<iq type='get' id='a${i}' from='echo.localhost' to='bob@localhost/y'><q xmlns='urn:x'/></iq>`);
        await bob.receive('</iq>');
        bob.send(`<iq type='result' id='a${i}' to='echo.localhost'/><message id='m${i}' to='echo.localhost'/>`);
      }
      await sync(bob);
      const ids = (kind: string) =>
        [one, two].map((peer) => peer.received.match(new RegExp(`<${kind}[^>]* id='.*?'`, 'g'))?.length ?? 0);
      for (const kind of ['iq', 'message']) {
        const [first = 0, second = 0] = ids(kind);
        expect(first + second, kind).toBe(40);
        expect(Math.min(first, second), kind).toBeGreaterThan(5);
      }
      return [one, two].map((peer) => peer.received.match(/[am]\d+/g) ?? []);
    };
    const runs = [await run(7), await run(7), await run(8)];
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).not.toEqual(runs[0]);
  });

  it('go on with the connections that are left', async () => {
    const server = plainServer({ components });
    const one = await component(server, 'echo.localhost', 'secret');
    const two = await component(server, 'echo.localhost', 'secret');
    one.drop();
    const alice = await login(server, 'alice', 'x');
    await sync(alice);
    alice.send("<message to='echo.localhost'/><message to='echo.localhost'/>");
    await two.receive(/(<message [^>]*>){2}/);
    two.drop();
    await sync(alice);
    alice.send("<message to='echo.localhost' id='lost'/>");
    expect(await sync(alice)).toContain('<service-unavailable ');
  });

  it('are refused or replaced where only one is allowed', async () => {
    const reject = plainServer({ components, componentConflict: 'reject' });
    const first = await component(reject, 'echo.localhost', 'secret');
    expect((await component(reject, 'echo.localhost', 'secret')).received).toContain('<conflict ');
    expect(first.closed).toBe(false);
    const replace = plainServer({ components, componentConflict: 'replace' });
    const old = await component(replace, 'echo.localhost', 'secret');
    await component(replace, 'echo.localhost', 'secret');
    expect(await old.receiveEnd()).toContain('<conflict ');
    expect(replace.sessions).toHaveLength(1);
  });
});
