import { ConfigError } from '@sestina/core';
import { MemoryServer, type RawPeer } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { interested, login, online, plainServer, sync } from './raw-client.js';

const NS = "xmlns='jabber:iq:roster'";

async function set(peer: RawPeer, item: string): Promise<string> {
  peer.send(`<iq type='set' id='set'><query ${NS}>${item}</query></iq>`);
  return sync(peer);
}

async function get(peer: RawPeer, ver?: string): Promise<string> {
  peer.send(`<iq type='get' id='get'><query ${NS}${ver === undefined ? '' : ` ver='${ver}'`}/></iq>`);
  return sync(peer);
}

describe('roster', () => {
  it('keeps contacts with name and groups, for the next session too', async () => {
    const server = plainServer();
    const first = await login(server, 'alice', 'one');
    await set(first, "<item jid='Bob@localhost/x' name='Bob'><group>Friends</group><group>Work</group></item>");
    const second = await login(server, 'alice', 'two');
    const item =
      "<item jid='bob@localhost' name='Bob' subscription='none'><group>Friends</group><group>Work</group></item>";
    expect(await get(second)).toContain(`<query ${NS}>${item}</query>`);
    expect(server.roster('alice')).toEqual([
      { jid: 'bob@localhost', name: 'Bob', groups: ['Friends', 'Work'], subscription: 'none', ask: false },
    ]);
  });

  it('pushes a change to every session that has asked for the roster, and to no other', async () => {
    const server = plainServer();
    const [one, two, other] = await Promise.all(['one', 'two', 'three'].map((name) => login(server, 'alice', name)));
    await interested(one!);
    await interested(two!);
    const own = await set(one!, "<item jid='bob@localhost'/>");
    expect(own).toMatch(/^<iq id='set' to='alice@localhost\/one' type='result'\/><iq type='set' /);
    expect(await sync(two!)).toMatch(/<iq type='set' id='[^']*' to='alice@localhost\/two'><query [^>]*ver='1'>/);
    expect(await sync(other!)).toBe('');
  });

  it('ignores a subscription that the client claims', async () => {
    const server = plainServer();
    await set(await login(server, 'alice', 'x'), "<item jid='bob@localhost' subscription='both'/>");
    expect(server.roster('alice')[0]?.subscription).toBe('none');
  });

  it('takes a contact out and ends both subscriptions', async () => {
    const server = plainServer();
    server.befriend('alice', 'bob');
    const alice = await online(server, 'alice', 'x');
    const bob = await online(server, 'bob', 'y');
    await interested(alice);
    await interested(bob);
    await sync(alice);
    const own = await set(alice, "<item jid='bob@localhost' subscription='remove'/>");
    expect(own).toContain("<item jid='bob@localhost' subscription='remove'/>");
    const seen = await sync(bob);
    expect(seen).toContain("<presence type='unsubscribe' from='alice@localhost' to='bob@localhost'/>");
    expect(seen).toContain("<presence type='unsubscribed' from='alice@localhost' to='bob@localhost'/>");
    expect(seen).toContain("<presence type='unavailable' from='alice@localhost/x' to='bob@localhost'/>");
    expect(server.roster('alice')).toEqual([]);
    expect(server.roster('bob')[0]?.subscription).toBe('none');
  });

  it.each([
    ['bad-request', ''],
    ['bad-request', "<item jid='a@b'/><item jid='c@d'/>"],
    ['bad-request', "<item jid='@'/>"],
    ['bad-request', "<item jid='a@b'><group>x</group><group>x</group></item>"],
    ['not-acceptable', "<item jid='a@b'><group/></item>"],
    ['not-acceptable', `<item jid='a@b' name='${'x'.repeat(1_024)}'/>`],
    ['not-allowed', "<item jid='alice@localhost'/>"],
    ['item-not-found', "<item jid='a@b' subscription='remove'/>"],
  ])('answers %s to %s', async (condition, item) => {
    expect(await set(await login(plainServer(), 'alice', 'x'), item)).toContain(`<${condition} `);
  });

  it('lets nobody else read it', async () => {
    const peer = await login(plainServer(), 'bob', 'x');
    peer.send(`<iq type='get' id='r' to='alice@localhost'><query ${NS}/></iq>`);
    expect(await sync(peer)).toContain('<service-unavailable ');
  });
});

describe('roster versioning', () => {
  it('tells nothing to who knows all, and only the changes to who knows less', async () => {
    const server = plainServer();
    const peer = await login(server, 'alice', 'x');
    await set(peer, "<item jid='a@b'/>");
    await set(peer, "<item jid='c@d'/>");
    expect(await get(peer, '')).toMatch(/<query [^>]*ver='2'><item jid='a@b'/);
    expect(await get(peer, '2')).toBe("<iq id='get' to='alice@localhost/x' type='result'/>");
    const changes = await get(peer, '1');
    expect(changes).toMatch(/^<iq id='get' [^>]*type='result'\/><iq type='set'.*ver='2'><item jid='c@d' /);
    expect(changes).not.toContain('a@b');
  });

  it('tells of a contact who was taken out meanwhile', async () => {
    const peer = await login(plainServer(), 'alice', 'x');
    await set(peer, "<item jid='a@b'/>");
    await set(peer, "<item jid='a@b' subscription='remove'/>");
    expect(await get(peer, '1')).toContain("ver='2'><item jid='a@b' subscription='remove'/>");
  });

  it.each(['9', 'nonsense', '-1'])(
    'gives the whole roster for the version %s, which it never gave out',
    async (ver) => {
      const peer = await login(plainServer(), 'alice', 'x');
      await set(peer, "<item jid='a@b'/>");
      expect(await get(peer, ver)).toContain("<item jid='a@b' subscription='none'/></query>");
    },
  );
});

describe('setRosterItem()', () => {
  it('refuses arguments in a wrong order, by name', () => {
    const server = new MemoryServer({ users: { alice: 'secret' } });
    const wrong: [string, string, object?][] = [
      ['bob@example.net', 'alice'],
      ['alice', '@'],
      ['alice', { name: 'Bob' } as never, 'bob@example.net' as never],
      ['alice', 'bob@example.net', 'Bob' as never],
    ];
    for (const [username, jid, change] of wrong) {
      expect(() => server.setRosterItem(username, jid, change), JSON.stringify([username, jid])).toThrow(ConfigError);
    }
    expect(server.roster('alice')).toEqual([]);
  });
});
