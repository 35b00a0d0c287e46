import { ConfigError, Message, Presence, viewOf } from '@sestina/core';
import { parseXml, ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { DelayedDelivery } from '../src/index.js';

const NOW = Date.UTC(2024, 0, 1);
const STAMP = '2002-09-10T23:08:25Z';
const streams = useStreams(afterEach);

async function start(options: object = {}) {
  const stream = await ScriptedStream.start({
    jid: 'juliet@capulet.com/balcony',
    plugins: [[DelayedDelivery, options]],
  });
  streams.keep(stream);
  return { stream, delayed: stream.xmpp.plugin(DelayedDelivery) };
}

const delay = (from?: string, stamp = STAMP): string =>
  `<delay xmlns='urn:xmpp:delay' ${from === undefined ? '' : `from='${from}'`} stamp='${stamp}'/>`;
const message = (inside: string, attributes = `from='romeo@montague.net/orchard' type='chat'`): Message =>
  viewOf(Message, parseXml(`<message ${attributes}><body>b</body>${inside}</message>`));
const ROOM = `from='coven@macbeth.shakespeare.lit/secondwitch' type='groupchat'`;

describe('whose stamp is believed', () => {
  it.each([
    ['our server', 'capulet.com'],
    ['our server, in other letters', 'CAPULET.com'],
    ['our own account', 'juliet@capulet.com'],
    ['nobody in particular', undefined],
  ])('%s', async (_who, from) => {
    const { delayed } = await start();
    expect(delayed.trustedDelay(message(delay(from)))?.stamp).toEqual(new Date(STAMP));
    expect(delayed.sentAt(message(delay(from)))).toEqual(new Date(STAMP));
  });

  it('the room (XEP-0203 example 3)', async () => {
    const { delayed } = await start();
    const stanza = viewOf(
      Message,
      parseXml(`<message
    from='coven@macbeth.shakespeare.lit/secondwitch'
    to='macbeth@shakespeare.lit/laptop'
    type='groupchat'>
  <body>
    By the pricking of my thumbs,
    Something wicked this way comes.
    Open, locks,
    Whoever knocks!
  </body>
  <delay xmlns='urn:xmpp:delay'
     from='coven@macbeth.shakespeare.lit'
     stamp='2002-09-10T23:05:37Z'/>
</message>`),
    );
    expect(delayed.sentAt(stanza)).toEqual(new Date('2002-09-10T23:05:37Z'));
  });

  it.each([
    ['a stranger', message(delay('evil.example'))],
    ['the server of the sender', message(delay('montague.net'))],
    ['the sender, who is no room', message(delay('romeo@montague.net'))],
    ['another occupant of the room', message(delay('coven@macbeth.shakespeare.lit/firstwitch'), ROOM)],
    ['another room', message(delay('cave@macbeth.shakespeare.lit'), ROOM)],
    ['another account of our server', message(delay('tybalt@capulet.com'))],
    ['a `from` that is no JID', message(delay('@'))],
    ['an empty `from`', message(delay(''))],
  ])('not %s', async (_who, stanza) => {
    const { delayed } = await start();
    expect(delayed.trustedDelay(stanza)).toBeUndefined();
    expect(delayed.sentAt(stanza)).toEqual(new Date(NOW));
  });

  it('the earliest, where a room noted when it was said, and our server later that it kept it', async () => {
    const { delayed } = await start();
    const room = delay('coven@macbeth.shakespeare.lit', '2001-01-01T00:00:00Z');
    const nobody = delay(undefined, '2000-01-01T00:00:00Z');
    const said = new Date('2001-01-01T00:00:00Z');
    expect(delayed.sentAt(message(room + nobody + delay('capulet.com'), ROOM))).toEqual(said);
    expect(delayed.sentAt(message(delay('capulet.com') + nobody + room, ROOM))).toEqual(said);
    // Of nobody in particular only where nobody else says anything.
    expect(delayed.sentAt(message(nobody + delay('capulet.com'), ROOM))).toEqual(new Date(STAMP));
    expect(delayed.sentAt(message(delay(undefined) + nobody))).toEqual(new Date('2000-01-01T00:00:00Z'));
    // An earlier one of a stranger changes nothing.
    expect(delayed.sentAt(message(delay('evil.example', '1999-01-01T00:00:00Z') + room, ROOM))).toEqual(said);
  });

  it('that of the server of a contact for its presence, and of nobody else there', async () => {
    const { delayed } = await start();
    const presence = (inside: string): Presence =>
      viewOf(Presence, parseXml(`<presence from='romeo@montague.net/orchard'>${inside}</presence>`));
    expect(delayed.trustedDelay(presence(delay('montague.net')))?.stamp).toEqual(new Date(STAMP));
    for (const from of ['romeo@montague.net/orchard', 'evil.example', 'sub.montague.net', 'x@montague.net']) {
      expect(delayed.trustedDelay(presence(delay(from)))).toBeUndefined();
    }
  });

  it('as a claim, that of the sender and of its server, apart from all others', async () => {
    const { delayed } = await start();
    for (const from of ['romeo@montague.net/orchard', 'romeo@montague.net', 'montague.net']) {
      expect(delayed.claimedAt(message(delay(from)))).toEqual(new Date(STAMP));
    }
    const others = [delay('capulet.com'), delay(undefined), delay('romeo@evil.example'), ''];
    for (const inside of others) expect(delayed.claimedAt(message(inside))).toBeUndefined();
    expect(delayed.claimedAt(message(delay('montague.net', '2030-01-01T00:00:00Z')))).toBeUndefined();
    expect(delayed.claimedAt(message(delay('montague.net'), ''))).toBeUndefined();
  });

  it('which does not keep a message of the year 10000 away', async () => {
    const { stream } = await start();
    const heard: unknown[] = [];
    stream.xmpp.on('message', ({ body, context }) => heard.push([body, context.sentAt?.getTime()]));
    for (const stamp of ['10000-01-01T00:00:00Z', '+010000-01-01T00:00:00Z', '9999-12-31T23:59:60Z']) {
      await stream.recv(
        `<message from='romeo@montague.net/orchard' type='chat'><body>b</body>${delay('capulet.com', stamp)}</message>`,
      );
    }
    expect(heard).toEqual(Array.from({ length: 3 }, () => ['b', NOW]));
  });

  it('that of a presence too', async () => {
    const { delayed } = await start();
    const presence = viewOf(
      Presence,
      parseXml(`<presence from='romeo@capulet.com/x'>${delay('capulet.com')}</presence>`),
    );
    expect(delayed.sentAt(presence)).toEqual(new Date(STAMP));
  });

  it('not the sender whose message is of a type that does not exist', async () => {
    const { delayed } = await start();
    const strange = message(delay('romeo@montague.net'), `from='romeo@montague.net/orchard' type='groupcha'`);
    expect(delayed.trustedDelay(strange)).toBeUndefined();
  });

  it('is found among thousands that others made up', async () => {
    const { delayed } = await start();
    const forged = Array.from({ length: 5_000 }, (_, i) => delay(`m${i}@evil.example`)).join('');
    const received = message(`${forged}${delay('capulet.com', '2002-09-10T23:08:25Z')}`);
    expect(delayed.trustedDelay(received)?.stamp?.getUTCFullYear()).toBe(2002);
  });
});

describe('stamps that cannot be', () => {
  it('are dropped, and the message is delivered (CVE-2013-6477)', async () => {
    const { stream, delayed } = await start();
    const bodies: unknown[] = [];
    stream.xmpp.on('message', (received) =>
      bodies.push([received.body, delayed.sentAt(received), received.delay?.stamp]),
    );
    await stream.recv(
      `<message from='bob@example.net/x' id='m1' type='chat'><delay xmlns='urn:xmpp:delay' stamp='99999-99-99T99:99:99Z' from='evil.example'/><body>b</body></message>`,
    );
    expect(bodies).toEqual([['b', new Date(NOW), undefined]]);
    expect(stream.errors).toEqual([]);
  });

  it.each([undefined, 'capulet.com'])('are dropped where they are in the future, from %s', async (from) => {
    const { stream, delayed } = await start();
    const stanza = message(delay(from, '2024-01-01T00:05:01Z'));
    expect(delayed.trustedDelay(stanza)).toBeUndefined();
    await stream.clock.advance(1_000);
    expect(delayed.sentAt(stanza)).toEqual(new Date('2024-01-01T00:05:01Z'));
  });

  it('are measured by the tolerance that was given', async () => {
    const { delayed } = await start({ tolerance: 0 });
    expect(delayed.sentAt(message(delay(undefined, '2024-01-01T00:00:00.001Z')))).toEqual(new Date(NOW));
    expect(delayed.trustedDelay(message(delay(undefined, '2024-01-01T00:00:00Z')))).toBeDefined();
  });

  it('do not hide one that can be', async () => {
    const { delayed } = await start();
    expect(delayed.sentAt(message(delay('capulet.com', 'yesterday') + delay()))).toEqual(new Date(STAMP));
  });
});

describe('the plugin', () => {
  it.each([Number.NaN, -1])('refuses a tolerance of %s', async (tolerance) => {
    const { stream } = await start();
    stream.xmpp.remove(DelayedDelivery);
    expect(() => stream.xmpp.use(DelayedDelivery, { tolerance })).toThrow(ConfigError);
  });

  it('leaves nothing behind when it is removed, and the stream goes on', async () => {
    const { stream } = await start();
    const handlers = stream.xmpp.handlers;
    expect(stream.xmpp.remove(DelayedDelivery)).toBe(true);
    expect(stream.xmpp.handlers).toEqual(handlers);
    expect([...stream.xmpp.advertised]).toEqual([]);
    expect(stream.clock.pending).toEqual([]);
    const bodies: unknown[] = [];
    stream.xmpp.on('message', ({ body }) => bodies.push(body));
    await stream.recv(`<message from='romeo@montague.net/orchard'><body>hi</body>${delay()}</message>`);
    expect(bodies).toEqual(['hi']);
  });

  it('judges by the connection that it is installed on', async () => {
    const { delayed } = await start();
    const other = await ScriptedStream.start({ jid: 'romeo@montague.net/orchard', plugins: [DelayedDelivery] });
    streams.keep(other);
    const stanza = message(delay('montague.net'), `from='mercutio@verona.lit/x'`);
    expect(other.xmpp.plugin(DelayedDelivery).trustedDelay(stanza)).toBeDefined();
    expect(delayed.trustedDelay(stanza)).toBeUndefined();
  });

  it('goes by the address that a component has', async () => {
    const stream = await ScriptedStream.start({ kind: 'component', plugins: [DelayedDelivery] });
    streams.keep(stream);
    const delayed = stream.xmpp.plugin(DelayedDelivery);
    expect(delayed.trustedDelay(message(delay('component.example.org')))).toBeDefined();
    expect(delayed.trustedDelay(message(delay('example.org')))).toBeUndefined();
  });
});

describe('the context of a message', () => {
  it('says when it was sent: by the trusted stamp, else now', async () => {
    const { stream } = await start();
    const seen: unknown[] = [];
    stream.xmpp.onMessage(({ context }) => seen.push(context.sentAt), { sources: ['stream', 'archive'] });
    for (const inside of [delay('capulet.com'), delay('evil.example'), '']) {
      await stream.recv(`<message from='romeo@montague.net/orchard'><body>b</body>${inside}</message>`);
    }
    const now = new Date(stream.clock.now());
    expect(seen.splice(0)).toEqual([new Date(STAMP), now, now]);
    // What an archive gave has the time that the archive says, not what stands in the message.
    const old = message(delay('capulet.com'));
    await stream.xmpp.messages.deliver(old, { source: 'archive', sentAt: new Date(5) });
    await stream.xmpp.messages.deliver(old, { source: 'archive' });
    expect(seen).toEqual([new Date(5), undefined]);
  });

  it('says that what we send is sent now, whatever stands in it', async () => {
    const { stream } = await start();
    const sent = stream.xmpp.message({ to: 'romeo@montague.net', body: 'b' });
    sent.xml.append(parseXml(delay('capulet.com')));
    sent.send();
    expect(sent.context.sentAt).toEqual(new Date(stream.clock.now()));
  });
});
