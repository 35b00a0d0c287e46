import { SystemClock } from '@sestina/core';
import { type Framing, streamFraming } from '@sestina/core/transport';
import { LIES, type Lie, LyingServer, RawPeer, VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';

const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const FRAMES: Framing = { ...streamFraming, header: { root: 'open', streamNamespace: NS_FRAMING } };
const AUTH = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const ALL: readonly Lie[] = Object.values(LIES).flat();

/** What a peer says that believes everything, and what it waits for before. */
const BELIEVES: readonly (readonly [awaits: RegExp, says: string])[] = [
  [/<starttls /, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"],
  [/>SCRAM-SHA-256</, `<auth ${AUTH} mechanism='SCRAM-SHA-256'>${btoa('n,,n=alice,r=rand')}</auth>`],
  [/>PLAIN</, `<auth ${AUTH} mechanism='PLAIN'>${btoa('\0alice\0secret')}</auth>`],
  [/<success /, '<stream:stream>'],
  [/<bind [^>]*\/>/, "<iq type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"],
  [/<jid>/, "<enable xmlns='urn:xmpp:sm:3' resume='true'/>"],
];

async function connect(server: LyingServer, kind: 'client' | 'component' = 'client'): Promise<RawPeer> {
  return RawPeer.connect(server.transports.connect({ domain: 'example.org', kind }));
}

/** Plays such a peer; the frames or the text that came behind the step. */
async function played(lie: Lie, framing?: Framing): Promise<{ said: readonly string[]; came: string }> {
  const component = LIES.component.includes(lie);
  const clock = new VirtualClock();
  using server = new LyingServer({ at: lie.at, kind: component ? 'component' : 'client', framing, clock });
  let peer = await connect(server, component ? 'component' : 'client');
  const opening = framing ? `<open xmlns='${NS_FRAMING}'/>` : '<stream:stream>';
  peer.send(opening);
  let over = false;
  const answers = (async () => {
    let heard = 0;
    let handshake = false;
    while (!over) {
      const text = peer.received.slice(heard);
      const found = BELIEVES.find(([awaits]) => awaits.test(text));
      if (peer.closed && lie.at === 'resume') {
        peer = await connect(server);
        peer.send(opening);
        heard = 0;
      } else if (found) {
        heard = peer.received.length;
        const resumes = /<sm /.test(text) && server.connections > 1;
        peer.send(
          resumes
            ? "<resume xmlns='urn:xmpp:sm:3' previd='kept' h='7'/>"
            : found[1].replace('<stream:stream>', opening),
        );
      } else if (component && !handshake && /<stream:stream/.test(text)) {
        handshake = true;
        peer.send('<handshake>0</handshake>');
      }
      await new Promise<void>((resolve) => new SystemClock().setTimer(1, resolve));
    }
  })();
  const voice = await server.reach();
  over = true;
  await answers;
  const said = lie.says(voice);
  // What the honest part has said last may be on its way.
  await clock.runUntilIdle();
  const before = peer.received.length;
  server.say(said);
  await clock.runUntilIdle();
  return { said, came: peer.received.slice(before) };
}

describe('a LyingServer', () => {
  it.each(ALL.filter(({ by }) => by !== 'frames'))('comes as far as to lie by $what', async (lie) => {
    const { said, came } = await played(lie);
    expect(came).toBe(said.join(''));
    expect(came).not.toContain('undefined');
  });

  it.each(ALL.filter((lie) => lie.by !== 'stream' && !LIES.component.includes(lie)))(
    'lies in frames by $what',
    async (lie) => {
      const { said, came } = await played(lie, FRAMES);
      expect(came.length).toBeGreaterThanOrEqual(said.join('').length);
      expect(came).not.toMatch(/^<stream:features>/);
    },
  );

  it('has every lie once', () => {
    const names = ALL.map(({ what }) => what);
    expect(names.filter((name, at) => names.indexOf(name) < at)).toEqual([]);
  });

  it('gives up where its peer does not come that far', async () => {
    const clock = new VirtualClock();
    using server = new LyingServer({ at: 'bind', clock });
    const reached = server.reach();
    reached.catch(() => {});
    await connect(server);
    await expect(reached).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  }, 60_000);

  it('tells what was said to it since, and is gone in the end', async () => {
    const server = new LyingServer({ at: 'header' });
    const reached = server.reach();
    const peer = await connect(server);
    peer.send('<stream:stream>');
    await reached;
    server.say(['one', 'two'], (text) => text.split('tw'));
    expect(await peer.receive('o')).toBe('o');
    expect(await peer.receive('neo')).toBe('neo');
    peer.send('more');
    await expect.poll(() => server.since).toContain('more');
    expect(server.closed).toBe(false);
    server[Symbol.dispose]();
    await peer.receiveEnd();
    await expect.poll(() => server.closed).toBe(true);
  });
});
