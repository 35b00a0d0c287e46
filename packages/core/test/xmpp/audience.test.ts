import { describe, expect, it } from 'vitest';
import { JID } from '../../src/jid/index.js';
import type { Audience } from '../../src/xmpp/audience.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online, TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

const SENDERS = {
  nobody: undefined,
  account: 'alice@example.org',
  device: 'alice@example.org/other',
  server: 'example.org',
  contact: 'bob@example.net/x',
  watched: 'idol@example.net/x',
  stranger: 'mallory@evil.example/x',
  'resource of the server': 'example.org/alice',
  'look-alike': 'alice@example.org.evil.example',
} as const;
const jid = (text: string | undefined): JID | undefined => (text === undefined ? undefined : JID.parse(text));

describe('our account', () => {
  it('is the bare address that was asked for, and the one that the server has bound from then on', async () => {
    const xmpp = new TestXMPP({ jid: 'alice@example.org/phone' });
    expect(xmpp.account.full).toBe('alice@example.org');
    await xmpp.connect();
    expect(xmpp.account.full).toBe('alice@example.org');
    const component = await online({ jid: 'echo.example.org', component: true });
    expect(component.account.full).toBe('echo.example.org');
  });
});

describe('vouches()', () => {
  it('names our account and our server, and nobody else', async () => {
    const xmpp = await online();
    const found = Object.entries(SENDERS).map(([name, from]) => [name, xmpp.vouches(jid(from))]);
    expect(Object.fromEntries(found)).toEqual({
      nobody: 'account',
      account: 'account',
      device: undefined,
      server: 'server',
      contact: undefined,
      watched: undefined,
      stranger: undefined,
      'resource of the server': undefined,
      'look-alike': undefined,
    });
  });

  it('means the address of a component that something came for', async () => {
    const xmpp = await online({ jid: 'echo.example.org', component: true });
    const bot = JID.parse('bot@echo.example.org/r');
    const of = (from: string | undefined, to?: JID) => xmpp.vouches(jid(from), to);
    expect([of('bot@echo.example.org', bot), of('bot@echo.example.org'), of('other@echo.example.org', bot)]).toEqual([
      'account',
      undefined,
      undefined,
    ]);
    expect([of('echo.example.org', bot), of('echo.example.org'), of(undefined, bot)]).toEqual([
      'server',
      'account',
      'server',
    ]);
  });
});

describe('admits()', () => {
  async function admitted(audience: Audience): Promise<string[]> {
    const xmpp = await online();
    xmpp.roster.of().apply([
      { jid: JID.parse('bob@example.net'), subscription: 'from' },
      { jid: JID.parse('idol@example.net'), subscription: 'to' },
    ]);
    const names: string[] = [];
    for (const [name, from] of Object.entries(SENDERS)) if (await xmpp.admits(audience, jid(from))) names.push(name);
    return names;
  }

  it.each([
    ['everybody', Object.keys(SENDERS)],
    ['nobody', []],
    ['account', ['nobody', 'account', 'device']],
    ['contacts', ['nobody', 'account', 'device', 'server', 'contact']],
  ] as const)('lets in, of %s, whom that means', async (audience, names) => {
    expect(await admitted(audience)).toEqual(names);
  });

  it('asks a function, at once or in time, and takes nothing but true for yes', async () => {
    expect(await admitted((from) => from?.local === 'bob')).toEqual(['contact']);
    expect(await admitted(async (from) => from?.local === 'mallory')).toEqual(['stranger']);
    expect(await admitted((() => 'yes') as never)).toEqual([]);
  });

  it('is a no, which is reported, where a function or a roster fails', async () => {
    const xmpp = await online();
    const errors: unknown[] = [];
    xmpp.on('error', ({ error, where }) => errors.push([(error as Error).message, where]));
    const mallory = JID.parse('mallory@evil.example');
    const throws = (): never => {
      throw new Error('broken');
    };
    expect(await xmpp.admits(throws, mallory)).toBe(false);
    xmpp.roster.of().load = () => Promise.reject(new Error('no disk'));
    expect(await xmpp.admits('contacts', mallory)).toBe(false);
    await xmpp.manualClock.idle();
    const where = 'whether mallory@evil.example may know of alice@example.org';
    expect(errors).toEqual([
      ['broken', where],
      ['no disk', where],
    ]);
  });

  it('loads the roster first', async () => {
    const xmpp = await online();
    const node = xmpp.roster.of();
    node.load = async () => node.apply([{ jid: JID.parse('bob@example.net'), subscription: 'both' }]);
    expect(await xmpp.admits('contacts', JID.parse('bob@example.net/x'))).toBe(true);
  });

  it('lets in a device that the roster has by its full address', async () => {
    const xmpp = await online();
    xmpp.roster.of().apply([
      { jid: JID.parse('bob@example.net/phone'), subscription: 'from' },
      { jid: JID.parse('carol@example.net/phone'), subscription: 'none' },
      { jid: JID.parse('carol@example.net'), subscription: 'both' },
    ]);
    const admits = (from: string) => xmpp.admits('contacts', JID.parse(from));
    expect([await admits('bob@example.net/phone'), await admits('bob@example.net/desk')]).toEqual([true, false]);
    expect(await admits('carol@example.net/phone')).toBe(true);
  });
});
