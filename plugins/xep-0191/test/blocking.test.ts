import { type JID, StanzaError, TimeoutError } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { Blocked, Blocking, NS_BLOCKING } from '../src/index.js';

const OWN = 'juliet@capulet.com/chamber';
const streams = useStreams(afterEach);

const items = (...jids: string[]): string => jids.map((jid) => `<item jid='${jid}'/>`).join('');
const list = (...jids: string[]): string => `<blocklist xmlns='${NS_BLOCKING}'>${items(...jids)}</blocklist>`;
const command = (name: string, ...jids: string[]): string =>
  `<${name} xmlns='${NS_BLOCKING}'>${items(...jids)}</${name}>`;
const GET = `<iq type='get' id='*'>${list()}</iq>`;
const set = (name: string, ...jids: string[]): string => `<iq type='set' id='*'>${command(name, ...jids)}</iq>`;
const push = (payload: string, from = ''): string =>
  `<iq type='set' id='p1' to='${OWN}' ${from && `from='${from}'`}>${payload}</iq>`;

async function start({ listens = false, ...more }: ScriptedStreamOptions & { listens?: boolean } = {}) {
  const changes: unknown[] = [];
  const stream = await ScriptedStream.start({ jid: OWN, plugins: listens ? [] : [Blocking], ...more });
  streams.keep(stream);
  const { xmpp } = stream;
  xmpp.on('blocklistChanged', ({ blocked, unblocked, all }) =>
    changes.push([blocked.map(String), unblocked.map(String), all]),
  );
  const blocking = listens ? xmpp.use(Blocking) : xmpp.plugin(Blocking);
  await stream.idle();
  /** What was told since. */
  const told = (): unknown[] => changes.splice(0);
  /** Fetches the list. */
  const fetch = async (...jids: string[]): Promise<void> => {
    const answer = blocking.list();
    await stream.recvResult(await stream.expectSent(GET), list(...jids));
    await answer;
    told();
  };
  return { stream, xmpp, blocking, told, fetch };
}

describe('the list', () => {
  it('is fetched when somebody asks, once in a session (XEP-0191 §3.2)', async () => {
    const { stream, blocking, told } = await start();
    await stream.expectNothingSent();
    expect(blocking.isBlocked('romeo@montague.net')).toBeUndefined();
    const both = Promise.all([blocking.list(), blocking.list()]);
    await stream.recvResult(await stream.expectSent(GET), list('Romeo@montague.net', 'iago@shakespeare.lit', '@', ''));
    const [one, other] = await both;
    expect([...one]).toEqual(['romeo@montague.net', 'iago@shakespeare.lit']);
    expect([...other]).toEqual([...one]);
    expect([...(await blocking.list())]).toEqual([...one]);
    await stream.expectNothingSent();
    expect(told()).toEqual([[['romeo@montague.net', 'iago@shakespeare.lit'], [], false]]);
  });

  it('is fetched at the beginning of a session where somebody listens, and what has changed is told', async () => {
    const { stream, blocking, told } = await start({ listens: true });
    await stream.recvResult(await stream.expectSent(GET), list('a@x.example', 'b@x.example'));
    expect(told()).toEqual([[['a@x.example', 'b@x.example'], [], false]]);
    await stream.disconnect();
    expect(blocking.isBlocked('a@x.example')).toBeUndefined();
    await stream.connect();
    await stream.recvResult(await stream.expectSent(GET), list('b@x.example', 'c@x.example'));
    expect(told()).toEqual([[['c@x.example'], ['a@x.example'], false]]);
    expect(blocking.isBlocked('a@x.example')).toBe(false);
  });

  it('is fetched again in the next session where somebody has asked for it', async () => {
    const { stream, blocking, told, fetch } = await start();
    await fetch('a@x.example');
    await stream.disconnect();
    await stream.connect();
    await stream.recvResult(await stream.expectSent(GET), list('b@x.example'));
    expect(told()).toEqual([[['b@x.example'], ['a@x.example'], false]]);
    expect(blocking.isBlocked('b@x.example')).toBe(true);
  });

  it('that a server does not have harms nobody, and who asks is told', async () => {
    const { stream, blocking } = await start({ listens: true });
    await stream.recvError(await stream.expectSent(GET), 'service-unavailable');
    expect(stream.errors).toEqual([]);
    const refused = expect(blocking.block('romeo@montague.net')).rejects.toBeInstanceOf(StanzaError);
    await stream.recvError(await stream.expectSent(GET), 'service-unavailable');
    await refused;
    await stream.expectNothingSent();
  });

  it('is refused where it is too long, whatever comes of it later', async () => {
    const { stream, blocking, fetch } = await start();
    const many = Array.from({ length: 10_001 }, (_, index) => `u${index}@x.example`);
    const refused = expect(blocking.list()).rejects.toMatchObject({
      code: 'ERR_TOO_MANY_BLOCKED',
      count: 10_001,
      limit: 10_000,
    });
    await stream.recvResult(await stream.expectSent(GET), list(...many));
    await refused;
    expect(blocking.isBlocked('u1@x.example')).toBeUndefined();
    await fetch(...many.slice(1));
    expect(blocking.isBlocked('u1@x.example')).toBe(true);
    await stream.recv(push(command('block', 'one.more.example')));
    expect(blocking.isBlocked('u1@x.example')).toBeUndefined();
  });

  it('is too long where its addresses are, however few', async () => {
    const { stream, blocking, fetch } = await start();
    const long = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => `x.example/${from + index}${'r'.repeat(900)}`);
    const refused = expect(blocking.list()).rejects.toMatchObject({ code: 'ERR_TOO_MANY_BLOCKED', count: 1_200 });
    await stream.recvResult(await stream.expectSent(GET), list(...long(0, 1_200)));
    await refused;
    await fetch(...long(0, 1_100));
    expect(blocking.isBlocked(long(0, 1)[0] as string)).toBe(true);
    await stream.recv(push(command('block', ...long(1_100, 100))));
    expect(blocking.isBlocked(long(0, 1)[0] as string)).toBeUndefined();
  });

  it('gives up after its timeout, and with the plugin', async () => {
    const { stream, xmpp, blocking } = await start();
    const late = expect(blocking.list({ timeout: 500 })).rejects.toBeInstanceOf(TimeoutError);
    await stream.clock.advance(500);
    await late;
    const removed = expect(blocking.list()).rejects.toThrow('xep-0191 was removed');
    await stream.idle();
    xmpp.remove(Blocking);
    await removed;
    await expect(blocking.block('a@x.example')).rejects.toThrow('xep-0191 was removed');
  });
});

describe('an address', () => {
  it('is blocked itself, with its account, or with its domain (XEP-0191 §6)', async () => {
    const { blocking, fetch } = await start();
    await fetch(
      'a@x.example/one',
      'b@x.example',
      'y.example/bot',
      'z.example',
      'rooms.example/none',
      'verona@rooms.example/tybalt',
    );
    const blocked = (jid: string): boolean | undefined => blocking.isBlocked(jid);
    expect(['a@x.example/one', 'b@x.example', 'b@x.example/any', 'B@X.example/any'].map(blocked)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['a@x.example', 'a@x.example/two', 'x.example', 'c@x.example'].map(blocked)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(['y.example/bot', 'y.example', 'somebody@y.example/bot'].map(blocked)).toEqual([true, false, false]);
    expect(['z.example', 'z.example/any', 'somebody@z.example/any', 'sub.z.example'].map(blocked)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(['verona@rooms.example/tybalt', 'verona@rooms.example/nurse'].map(blocked)).toEqual([true, false]);
    expect(() => blocked('@')).toThrow('@');
  });
});

describe('blocking', () => {
  it('asks the server, and tells of it once, whether the push comes before or after (XEP-0191 §3.3)', async () => {
    for (const first of ['push', 'result']) {
      const { stream, blocking, told, fetch } = await start();
      await fetch();
      const done = blocking.block(['romeo@montague.net', 'iago@shakespeare.lit/a']);
      const request = await stream.expectSent(set('block', 'romeo@montague.net', 'iago@shakespeare.lit/a'));
      const pushed = async (): Promise<void> => {
        await stream.recv(push(command('block', 'romeo@montague.net', 'iago@shakespeare.lit/a')));
        await stream.expectSent(`<iq type='result' id='p1'/>`);
      };
      if (first === 'push') await pushed();
      await stream.recvResult(request);
      await done;
      if (first === 'result') await pushed();
      expect(told()).toEqual([[['romeo@montague.net', 'iago@shakespeare.lit/a'], [], false]]);
      expect(blocking.isBlocked('romeo@montague.net')).toBe(true);
    }
  });

  it('fetches the list before', async () => {
    const { stream, blocking, told } = await start();
    const done = blocking.block('romeo@montague.net');
    await stream.recvResult(await stream.expectSent(GET), list());
    await stream.recvResult(await stream.expectSent(set('block', 'romeo@montague.net')));
    await done;
    expect(told()).toEqual([[['romeo@montague.net'], [], false]]);
  });

  it('has beside an address what another plugin says of it', async () => {
    const { stream, blocking, fetch } = await start();
    await fetch();
    const beside = (jid: JID) => (jid.local === 'romeo' ? new Blocked() : undefined);
    const done = blocking.block(['romeo@montague.net', 'iago@shakespeare.lit'], { beside });
    const item = `<item jid='romeo@montague.net'>${new Blocked().xml}</item><item jid='iago@shakespeare.lit'/>`;
    const asked = await stream.expectSent(`<iq type='set' id='*'><block xmlns='${NS_BLOCKING}'>${item}</block></iq>`);
    await stream.recvResult(asked);
    await done;
  });

  it('changes nothing where the server refuses', async () => {
    const { stream, blocking, told, fetch } = await start();
    await fetch();
    const refused = expect(blocking.block('romeo@montague.net')).rejects.toMatchObject({ condition: 'not-allowed' });
    await stream.recvError(await stream.nextSent(), 'not-allowed');
    await refused;
    expect(blocking.isBlocked('romeo@montague.net')).toBe(false);
    expect(told()).toEqual([]);
  });

  it('ends for some, and for all (XEP-0191 §3.4, §3.5)', async () => {
    const { stream, blocking, told, fetch } = await start();
    await fetch('a@x.example', 'b@x.example', 'c@x.example');
    const some = blocking.unblock('a@x.example');
    await stream.recvResult(await stream.expectSent(set('unblock', 'a@x.example')));
    await some;
    expect(told()).toEqual([[[], ['a@x.example'], false]]);
    const all = blocking.unblockAll();
    await stream.recvResult(await stream.expectSent(set('unblock')));
    await all;
    expect(told()).toEqual([[[], ['b@x.example', 'c@x.example'], true]]);
    expect([...(await blocking.list())]).toEqual([]);
  });

  it('of nobody is refused before anything is sent: on the wire it would mean all', async () => {
    const { stream, blocking } = await start();
    await expect(blocking.unblock([])).rejects.toThrow('no address was given: unblockAll() is for all of them');
    await expect(blocking.block([])).rejects.toBeInstanceOf(TypeError);
    await expect(blocking.block(['@'])).rejects.toMatchObject({ code: 'ERR_JID' });
    await stream.expectNothingSent();
  });
});

describe('a push', () => {
  it('of the account is answered and believed, also when it comes twice', async () => {
    const { stream, blocking, told, fetch } = await start();
    await fetch('a@x.example');
    for (const from of ['', 'juliet@capulet.com']) {
      await stream.recv(push(command('block', 'b@x.example'), from));
      expect((await stream.nextSent()).attribute('type')).toBe('result');
    }
    expect(told()).toEqual([[['b@x.example'], [], false]]);
    await stream.recv(push(command('unblock', 'a@x.example', 'never@x.example')));
    await stream.recv(push(command('unblock')));
    expect(told()).toEqual([
      [[], ['a@x.example'], false],
      [[], ['b@x.example'], true],
    ]);
    expect(blocking.isBlocked('b@x.example')).toBe(false);
  });

  it.each(['romeo@montague.net/orchard', 'capulet.com', 'juliet@capulet.com/balcony', 'evil.example'])(
    'of somebody else is refused: %s',
    async (from) => {
      const { stream, blocking, told, fetch } = await start();
      await fetch('a@x.example');
      for (const payload of [command('unblock'), command('block', 'nurse@capulet.com')]) {
        await stream.recv(push(payload, from));
        expect((await stream.nextSent()).attribute('type')).toBe('error');
      }
      expect(told()).toEqual([]);
      expect(blocking.isBlocked('a@x.example')).toBe(true);
    },
  );

  it('that names only what cannot be read unblocks nobody', async () => {
    const { stream, blocking, fetch } = await start();
    await fetch('a@x.example');
    await stream.recv(push(command('unblock', '@')));
    await stream.recv(push(`<unblock xmlns='${NS_BLOCKING}'><item/></unblock>`));
    expect(blocking.isBlocked('a@x.example')).toBe(true);
  });

  it('of privacy lists has the list fetched again (XEP-0191 §5)', async () => {
    const { stream, blocking, told, fetch } = await start();
    const privacy = push("<query xmlns='jabber:iq:privacy'><list name='public'/></query>");
    await stream.recv(privacy);
    await stream.expectSent(`<iq type='result' id='p1'/>`);
    await stream.expectNothingSent();
    await fetch('a@x.example');
    await stream.recv(privacy);
    const [first, second] = [await stream.nextSent(), await stream.nextSent()];
    const request = first.attribute('type') === 'get' ? first : second;
    await stream.recvResult(request, list('b@x.example'));
    expect(told()).toEqual([[['b@x.example'], ['a@x.example'], false]]);
    expect(blocking.isBlocked('a@x.example')).toBe(false);
    await stream.recv(privacy);
    const again = stream.sent.filter((iq) => iq.attribute('type') === 'get').at(-1);
    if (again) await stream.recvError(again, 'internal-server-error');
    expect([stream.errors, blocking.isBlocked('b@x.example')]).toEqual([[], true]);
    stream.skipSent();
  });
});

describe('what was not sent on', () => {
  it('says so in its error (XEP-0191 §3.3)', async () => {
    const { stream, xmpp } = await start();
    const error = xmpp.wait('messageError');
    await stream.recv(
      `<message type='error' from='romeo@montague.net' to='${OWN}'><error type='cancel'>
        <not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><blocked xmlns='urn:xmpp:blocking:errors'/>
      </error></message>`,
    );
    expect((await error).error?.toError().has(Blocked)).toBe(true);
  });
});

describe('the server', () => {
  it('is asked whether it has it (XEP-0191 §3.1)', async () => {
    const { stream, blocking } = await start();
    const supported = blocking.supported();
    const question = await stream.nextSent();
    expect(question.attribute('to')).toBe('capulet.com');
    await stream.recvResult(
      question,
      `<query xmlns='http://jabber.org/protocol/disco#info'><feature var='${NS_BLOCKING}'/></query>`,
    );
    expect(await supported).toBe(true);
  });

  it('has it for clients alone', async () => {
    await expect(start({ kind: 'component', jid: 'echo.example' })).rejects.toMatchObject({ code: 'ERR_PLUGIN_KIND' });
  });
});
