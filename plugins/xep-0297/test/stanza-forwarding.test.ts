import { JID, JidError, type Message } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { KnownFeatures } from '@sestina/xep-0115';
import { afterEach, describe, expect, it } from 'vitest';
import { type ForwardedMessage, NS_FORWARD, StanzaForwarding } from '../src/index.js';
import { EXAMPLE, message, nested } from './helpers.js';

const streams = useStreams(afterEach);

async function start(more: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({
    jid: 'mercutio@verona.lit/street',
    plugins: [StanzaForwarding],
    ...more,
  });
  streams.keep(stream);
  const found: ForwardedMessage[] = [];
  stream.xmpp.on('forwardedMessage', ({ forwarded }) => found.push(forwarded));
  return { stream, forwarding: stream.xmpp.plugin(StanzaForwarding), found };
}

describe('forwards that come', () => {
  it('are told as what their sender says, once, and not as messages of who is quoted', async () => {
    const { stream, found } = await start();
    const heard: [string | undefined, string | undefined][] = [];
    stream.xmpp.on('message', ({ from, body }) => heard.push([from?.full, body]));
    stream.xmpp.onMessage(({ from, body }) => heard.push([from?.full, body]), {
      sources: ['stream', 'carbon', 'archive', 'history'],
    });
    await stream.recv(EXAMPLE);
    expect(heard).toEqual(Array(2).fill(['romeo@montague.lit/orchard', 'A most courteous exposition!']));
    expect(found.map(({ claimedFrom }) => claimedFrom?.full)).toEqual(['juliet@capulet.lit/orchard']);
    expect([...stream.xmpp.advertised]).toEqual([NS_FORWARD]);
  });

  it('are content without a body of their own, but not where nothing can be read', async () => {
    const { stream, found } = await start();
    const heard: Message[] = [];
    stream.xmpp.on('message', (said) => heard.push(said));
    await stream.recv(nested(1));
    await stream.recv(nested(4));
    expect([heard.length, found.length]).toEqual([1, 1]);
    expect(heard[0]?.context.author.jid.full).toBe('romeo@montague.lit');
  });

  it('change nothing: a forged presence, an iq and an error inside are ignored', async () => {
    const { stream, found } = await start();
    const presences: unknown[] = [];
    stream.xmpp.on('presence', () => presences.push(1));
    for (const inside of [
      `<presence xmlns='jabber:client' from='juliet@capulet.lit/x' type='subscribe'/>`,
      `<iq xmlns='jabber:client' type='set' id='1'><query xmlns='jabber:iq:roster'/></iq>`,
    ]) {
      await stream.recv(
        `<message from='juliet@capulet.lit/x'><forwarded xmlns='${NS_FORWARD}'>${inside}</forwarded></message>`,
      );
    }
    await stream.expectNothingSent();
    expect([presences, found]).toEqual([[], []]);
  });

  it('are plain messages again when the plugin is removed', async () => {
    const { stream, found } = await start();
    stream.xmpp.remove(StanzaForwarding);
    await stream.recv(EXAMPLE);
    expect([found, [...stream.xmpp.advertised]]).toEqual([[], []]);
  });
});

const RECEIVED = `<message from='juliet@capulet.lit/balcony' to='mercutio@verona.lit/street' id='j1' type='chat'>
  <body>Good night</body>
  <mood xmlns='http://jabber.org/protocol/mood'/>
  <stanza-id xmlns='urn:xmpp:sid:0' by='mercutio@verona.lit' id='secret-1'/>
  <stanza-id xmlns='urn:xmpp:sid:0' by='other@example.org' id='secret-2'/>
  <origin-id xmlns='urn:xmpp:sid:0' id='j1'/>
  <store xmlns='urn:xmpp:hints'/>
  <active xmlns='http://jabber.org/protocol/chatstates'/>
  <request xmlns='urn:xmpp:receipts'/>
  <received xmlns='urn:xmpp:receipts' id='r1'/>
  <markable xmlns='urn:xmpp:chat-markers:0'/>
  <displayed xmlns='urn:xmpp:chat-markers:0' id='d1'/>
  <private xmlns='urn:xmpp:carbons:2'/>
  <x xmlns='http://jabber.org/protocol/muc#user'><item jid='real@example.org/x'/></x>
</message>`;

async function received(stream: ScriptedStream): Promise<Message> {
  const heard: Message[] = [];
  const registration = stream.xmpp.onMessage((said) => heard.push(said));
  await stream.recv(RECEIVED);
  registration.dispose();
  return heard[0] as Message;
}

describe('forwarding', () => {
  it('sends the message on, with what we say, when we had it, and nothing that is ours alone', async () => {
    const { stream, forwarding } = await start();
    const said = await received(stream);
    forwarding.forward('romeo@montague.lit', said, { comment: 'Look' });
    await stream.expectSent(`<message to='romeo@montague.lit' id='*' type='chat'><body>Look</body>
      <forwarded xmlns='urn:xmpp:forward:0'>
        <delay xmlns='urn:xmpp:delay' stamp='2024-01-01T00:00:00Z'/>
        <message xmlns='jabber:client' from='juliet@capulet.lit/balcony' to='mercutio@verona.lit/street' id='j1' type='chat'>
          <body>Good night</body>
          <mood xmlns='http://jabber.org/protocol/mood'/>
          <origin-id xmlns='urn:xmpp:sid:0' id='j1'/>
          <received xmlns='urn:xmpp:receipts' id='r1'/>
          <displayed xmlns='urn:xmpp:chat-markers:0' id='d1'/>
        </message>
      </forwarded></message>`);
    // What was received is as it was.
    expect(said.xml.child('store', 'urn:xmpp:hints')).toBeDefined();
  });

  it('has an empty body without a comment, and the address of who wrote what we sent ourselves', async () => {
    const { stream, forwarding } = await start();
    const own = stream.xmpp.message({ to: 'juliet@capulet.lit', body: 'mine', type: 'chat' });
    await own.send();
    await stream.nextSent();
    stream.skipSent();
    forwarding.forward('romeo@montague.lit/orchard', own);
    const sent = await stream.nextSent();
    expect(sent.child('body')?.text).toBe('');
    const inner = sent.child('forwarded', NS_FORWARD)?.child('message', 'jabber:client');
    expect(inner?.attribute('from')).toBe('mercutio@verona.lit/street');
  });

  it('goes to a room as a message to all of it', async () => {
    const { stream, forwarding } = await start();
    stream.xmpp.claim('room@muc.verona.lit', { kind: 'room' });
    forwarding.forward('room@muc.verona.lit', await received(stream));
    expect((await stream.nextSent()).attribute('type')).toBe('groupchat');
    forwarding.forward('room@muc.verona.lit/nick', await received(stream));
    expect((await stream.nextSent()).attribute('type')).toBe('chat');
    stream.xmpp.claim('list@verona.lit', { kind: 'service' });
    forwarding.forward('list@verona.lit', await received(stream));
    expect((await stream.nextSent()).attribute('type')).toBe('chat');
  });

  it('of what came without a sender is of our account, whose word that is', async () => {
    const { stream, forwarding } = await start();
    const heard: Message[] = [];
    stream.xmpp.onMessage((said) => heard.push(said));
    await stream.recv('<message id="a1" type="chat"><body>b</body></message>');
    for (const said of [heard[0] as Message, message('<message><body>b</body></message>')]) {
      forwarding.forward('romeo@montague.lit', said);
      const inner = (await stream.nextSent()).child('forwarded', NS_FORWARD)?.child('message', 'jabber:client');
      expect(inner?.attribute('from')).toBe('mercutio@verona.lit');
    }
    expect(() => forwarding.forward('@', heard[0] as Message)).toThrow(JidError);
    expect(forwarding.read(message(EXAMPLE))?.claimedFrom?.local).toBe('juliet');
  });

  it('takes a signal', async () => {
    const { stream, forwarding } = await start();
    const sending = forwarding.forward('a@b.c', await received(stream), { signal: AbortSignal.abort() });
    await expect(Promise.resolve(sending)).rejects.toMatchObject({ reason: 'aborted' });
  });

  it('is from the address of a component that is given', async () => {
    const { stream, forwarding } = await start({ kind: 'component', jid: 'bot.verona.lit' });
    const quoted = message(`<message from='juliet@capulet.lit/x' to='bot.verona.lit'><body>b</body></message>`);
    forwarding.forward('romeo@montague.lit', quoted, { from: 'me@bot.verona.lit' });
    await stream.expectSent(
      `<message from='me@bot.verona.lit' to='romeo@montague.lit' id='*' type='chat'><body/>
      <forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='juliet@capulet.lit/x' to='bot.verona.lit'><body>b</body></message></forwarded></message>`,
    );
  });

  it('is text for who is known not to read forwards', async () => {
    class Known extends KnownFeatures {
      static override readonly id = 'known';
      static override readonly provides = [KnownFeatures] as const;

      override supportsNow(jid: JID | string): boolean | undefined {
        const { local, isFull } = JID.from(jid);
        return isFull && local !== 'benvolio' ? local === 'juliet' : undefined;
      }
    }
    const { stream, forwarding } = await start({ plugins: [StanzaForwarding, Known] });
    for (const name of ['romeo', 'juliet']) await stream.recv(`<presence from='${name}@montague.lit/orchard'/>`);
    const said = await received(stream);
    stream.skipSent();
    for (const to of ['romeo@montague.lit', 'romeo@montague.lit/orchard']) {
      forwarding.forward(to, said, { comment: 'Look' });
      const sent = await stream.nextSent();
      expect(sent.child('forwarded', NS_FORWARD)).toBeUndefined();
      expect(sent.child('body')?.text).toBe(
        'Look\njuliet@capulet.lit/balcony, 2024-01-01T00:00:00.000Z:\n> Good night',
      );
    }
    forwarding.forward('romeo@montague.lit', message(`<message from='a@b.c'><body>b</body></message>`));
    expect((await stream.nextSent()).child('body')?.text).toBe('a@b.c:\n> b');
    stream.xmpp.remove(Known);
    forwarding.forward('romeo@montague.lit/orchard', said);
    expect((await stream.nextSent()).child('forwarded', NS_FORWARD)).toBeDefined();
    for (const to of ['juliet@montague.lit', 'benvolio@montague.lit', 'benvolio@montague.lit/street']) {
      forwarding.forward(to, said);
      expect((await stream.nextSent()).child('forwarded', NS_FORWARD)).toBeDefined();
    }
  });
});
