import { JID, parseStanza } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { NS_PUBSUB, NS_PUBSUB_EVENT } from '@sestina/xep-0060';
import { afterEach, describe, expect, it } from 'vitest';
import { Nick, Nicknames, NS_NICK } from '../src/index.js';

const ACCOUNT = 'alice@example.org';
const OWN = `${ACCOUNT}/desk`;
const streams = useStreams(afterEach);
const nick = (text: string): string => `<nick xmlns='${NS_NICK}'>${text}</nick>`;
const event = (from: string, text: string): string =>
  `<message from='${from}' to='${OWN}' type='headline'><event xmlns='${NS_PUBSUB_EVENT}'><items node='${NS_NICK}'><item id='current'>${nick(text)}</item></items></event></message>`;
const DISCO = `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/><feature var='${NS_PUBSUB}#publish-options'/></query>`;

async function start(options = {}) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [[Nicknames, options]] });
  streams.keep(stream);
  const { xmpp } = stream;
  xmpp.roster.of().apply([
    { jid: JID.from('romeo@montague.net'), subscription: 'both' },
    { jid: JID.from('nurse@capulet.com'), subscription: 'both', name: 'Nurse' },
  ]);
  await stream.idle();
  stream.skipSent();
  const heard: unknown[] = [];
  xmpp.on('nicknameChanged', ({ jid, nickname, own }) => heard.push([jid.full, nickname, own]));
  return { stream, xmpp, nicknames: xmpp.plugin(Nicknames), heard };
}

describe('what others are called', () => {
  it('is what their account has published, and nobody else says it', async () => {
    const { stream, nicknames, heard } = await start();
    for (const from of ['tybalt@capulet.com', 'romeo@montague.net/orchard', 'montague.net', OWN]) {
      await stream.recv(event(from, 'forged'));
    }
    await stream.recv(event('romeo@montague.net', 'Romy'));
    await stream.recv(event('nurse@capulet.com', 'Angelica'));
    await stream.recv(
      `<message from='romeo@montague.net/x' to='${OWN}' type='chat'><body>b</body>${nick('Other')}</message>`,
    );
    expect(heard).toEqual([
      ['romeo@montague.net', 'Romy', false],
      ['nurse@capulet.com', 'Angelica', false],
    ]);
    expect([nicknames.of('romeo@montague.net/x'), nicknames.suggestedName('romeo@montague.net')]).toEqual([
      'Romy',
      'Romy',
    ]);
    expect([nicknames.of('nurse@capulet.com'), nicknames.suggestedName('nurse@capulet.com')]).toEqual([
      'Angelica',
      undefined,
    ]);
    await stream.recv(event('romeo@montague.net', ''));
    expect(heard.at(-1)).toEqual(['romeo@montague.net', undefined, false]);
    expect(nicknames.of('romeo@montague.net')).toBeUndefined();
  });

  it('is what they say with a message or a request, and not what copies, rooms and presence say', async () => {
    const { stream, xmpp, nicknames, heard } = await start();
    xmpp.claim('club@rooms.example', { kind: 'room' });
    const message = (from: string, more: string, type = 'chat'): string =>
      `<message from='${from}' to='${OWN}' type='${type}'><body>b</body>${more}</message>`;
    await stream.recv(message('club@rooms.example/x', nick('Room'), 'groupchat'));
    await stream.recv(message('club@rooms.example/x', nick('Private')));
    await stream.recv(message('romeo@montague.net/x', nick('Error'), 'error'));
    await stream.recv(`<presence from='romeo@montague.net/x' to='${OWN}'>${nick('Broadcast')}</presence>`);
    await stream.recv(
      `<presence type='subscribe' from='club@rooms.example' to='${ACCOUNT}'>${nick('Club')}</presence>`,
    );
    await stream.recv(`<message to='${OWN}'><body>b</body>${nick('Nobody')}</message>`);
    await stream.recv(message(`${ACCOUNT}/other`, nick('Me')));
    await stream.recv(message('ahab@example.net/x', nick(' ')));
    const archived = xmpp.messages.deliver(
      parseStanza(message('romeo@montague.net/x', nick('Archived'))) as never,
      { source: 'archive' } as never,
    );
    await stream.idle();
    await archived;
    expect(heard).toEqual([]);
    await stream.recv(
      `<presence type='subscribe' from='ishmael@example.net' to='${ACCOUNT}'>${nick('Ishmael')}</presence>`,
    );
    await stream.recv(message('ahab@example.net/x', nick('Ahab')));
    await stream.recv(message('ahab@example.net/y', nick('Ahab')));
    expect(heard).toEqual([
      ['ishmael@example.net', 'Ishmael', false],
      ['ahab@example.net', 'Ahab', false],
    ]);
    expect(nicknames.suggestedName('ahab@example.net')).toBe('Ahab');
    for (let n = 0; n < 3_000; n++) await stream.recv(message(`s${n}@example.net/x`, nick(`S${n}`)));
    expect([nicknames.of('s100@example.net'), nicknames.of('s2999@example.net')]).toEqual([undefined, 'S2999']);
  });

  it('is asked for where it was not heard', async () => {
    const { stream, nicknames } = await start();
    for (const [text, expected] of [
      [' Romy ', 'Romy'],
      ['', undefined],
      [undefined, undefined],
    ] as const) {
      const asked = nicknames.ask('romeo@montague.net/orchard');
      const request = await stream.nextSent();
      expect(request.attribute('to')).toBe('romeo@montague.net');
      const item = text === undefined ? '' : `<item id='current'>${nick(text)}</item>`;
      await stream.recvResult(
        request,
        `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS_NICK}'>${item}</items></pubsub>`,
      );
      expect(await asked).toBe(expected);
    }
    expect(nicknames.of('romeo@montague.net')).toBeUndefined();
  });

  it('is the last that they have said, and that of a contact is not forgotten for strangers', async () => {
    const { stream, nicknames, heard } = await start({ maxKept: 2 });
    const says = (from: string, text: string): Promise<void> =>
      stream.recv(`<message from='${from}/x' to='${OWN}' type='chat'><body>b</body>${nick(text)}</message>`);
    await says('romeo@montague.net', 'Romy');
    await says('romeo@montague.net', 'Mo');
    for (const name of ['a', 'b', 'c']) await says(`${name}@example.net`, name);
    expect(heard).toHaveLength(5);
    expect(['romeo@montague.net', 'b@example.net', 'c@example.net'].map((jid) => nicknames.of(jid))).toEqual([
      'Mo',
      undefined,
      'c',
    ]);
  });

  it('is not looked at beyond eight times what can be shown', () => {
    const behind = (blanks: number): string | undefined => new Nick({ text: `${' '.repeat(blanks)}a` }).display;
    expect([behind(1_023), behind(1_024), new Nick({}).display]).toEqual(['a', undefined, undefined]);
  });

  it('is shown without what is not seen, and no longer than can be shown', () => {
    const shown = ['  Ish\u202emael\u0007 ', '\u200b\u200d\ufe0f', 'a'.repeat(5_000), '👩'.repeat(300), 'a\n\nb'].map(
      (text) => new Nick({ text: text.replace('\u0007', '\u0085') }).display,
    );
    expect(shown).toEqual(['Ishmael', undefined, 'a'.repeat(128), '👩'.repeat(128), 'a b']);
  });
});

describe('what we are called', () => {
  it('is published, and taken back by an empty one', async () => {
    const { stream, nicknames, heard } = await start();
    for (const [text, written] of [
      [' Al ', 'Al'],
      [undefined, ''],
    ] as const) {
      const done = nicknames.publish(text);
      if (text) await stream.recvResult(await stream.nextSent(), DISCO);
      const publish = await stream.expectSent(
        `<iq type='set' id='*'><pubsub xmlns='${NS_PUBSUB}'><publish node='${NS_NICK}'><item id='current'>${nick(written)}</item></publish></pubsub></iq>`,
      );
      await stream.recvResult(publish);
      await done;
      expect([nicknames.nickname, heard.at(-1)]).toEqual([text?.trim(), [ACCOUNT, text?.trim(), true]]);
    }
  });

  it('is in requests and in the first message to who is no contact, and in nothing else', async () => {
    const { stream, xmpp } = await start();
    await stream.recv(event(ACCOUNT, 'Al'));
    const nickIn = async (): Promise<string | undefined> => (await stream.nextSent()).child('nick', NS_NICK)?.text;
    xmpp.sendPresence();
    xmpp.sendPresence({ to: 'romeo@montague.net' });
    xmpp.sendPresenceSubscription('ishmael@example.net');
    xmpp.sendPresenceSubscription('ishmael@example.net', 'subscribed');
    const presences = [await nickIn(), await nickIn(), await nickIn(), await nickIn()];
    expect(presences).toEqual([undefined, undefined, 'Al', undefined]);
    xmpp.claim('club@rooms.example', { kind: 'room' });
    const sent: unknown[] = [];
    for (const init of [
      { to: 'romeo@montague.net', body: 'b' },
      { to: 'club@rooms.example', body: 'b', type: 'groupchat' },
      { to: 'club@rooms.example/x', body: 'b', type: 'chat' },
      { to: ACCOUNT, body: 'b' },
      { to: 'ishmael@example.net' },
      { to: 'ishmael@example.net/x', body: 'b', type: 'chat' },
      { to: 'ishmael@example.net', body: 'b', type: 'chat' },
    ] as const) {
      xmpp.sendMessage(init);
      sent.push(await nickIn());
    }
    expect(sent).toEqual([undefined, undefined, undefined, undefined, undefined, 'Al', undefined]);
  });

  it('is in a message to a contact who does not see our presence, and again where that was forgotten', async () => {
    const { stream, xmpp } = await start({ maxKept: 1 });
    xmpp.roster.of().apply([{ jid: JID.from('tybalt@capulet.com'), subscription: 'to' }]);
    await stream.recv(event(ACCOUNT, 'Al'));
    const sent: unknown[] = [];
    for (const to of ['tybalt@capulet.com', 'tybalt@capulet.com', 'ahab@example.net', 'tybalt@capulet.com']) {
      xmpp.sendMessage({ to, body: 'b', type: 'chat' });
      sent.push((await stream.nextSent()).child('nick', NS_NICK)?.text);
    }
    expect(sent).toEqual(['Al', undefined, 'Al', 'Al']);
    xmpp.sendMessage({ to: 'ishmael@example.net', body: 'b', nickname: new Nick({ text: 'Captain' }) });
    expect((await stream.nextSent()).childrenNamed('nick', NS_NICK).map(({ text }) => text)).toEqual(['Captain']);
  });

  it('is in no request before it is known, and does not take the place of one that is there', async () => {
    const { stream, xmpp } = await start();
    xmpp.sendPresenceSubscription('ishmael@example.net');
    expect((await stream.nextSent()).child('nick', NS_NICK)).toBeUndefined();
    await stream.recv(event(ACCOUNT, 'Al'));
    xmpp.presence({ to: 'ahab@example.net', type: 'subscribe', nickname: new Nick({ text: 'Captain' }) }).send();
    expect((await stream.nextSent()).childrenNamed('nick', NS_NICK).map(({ text }) => text)).toEqual(['Captain']);
  });

  it('is kept of one other at least', async () => {
    const { stream, nicknames } = await start({ maxKept: 1 });
    for (const from of ['a@example.net', 'b@example.net']) {
      await stream.recv(`<message from='${from}/x' to='${OWN}' type='chat'><body>b</body>${nick(from)}</message>`);
    }
    expect([nicknames.of('a@example.net'), nicknames.of('b@example.net')]).toEqual([undefined, 'b@example.net']);
  });

  it('is in nothing where that is not wanted, or once the plugin is removed', async () => {
    const { stream, xmpp } = await start({ sendWithRequests: false });
    await stream.recv(event(ACCOUNT, 'Al'));
    xmpp.sendPresenceSubscription('ishmael@example.net');
    xmpp.sendMessage({ to: 'ishmael@example.net', body: 'b' });
    for (const _ of [1, 2]) expect((await stream.nextSent()).child('nick', NS_NICK)).toBeUndefined();
    expect(xmpp.advertised.has(`${NS_NICK}+notify`)).toBe(true);
    xmpp.remove(Nicknames);
    expect(xmpp.advertised.has(`${NS_NICK}+notify`)).toBe(false);
    expect(() => xmpp.use(Nicknames, { maxKept: 0 })).toThrow('maxKept has to be a number from 1');
    expect(() => xmpp.use(Nicknames, { maxKept: '5' as never })).toThrow('maxKept has to be a number from 1');
    expect(() => xmpp.use(Nicknames, { sendWithRequests: 1 as never })).toThrow('sendWithRequests');
  });
});
