import { ConfigError, XmlElement } from '@sestina/core';
import { ScriptedStream } from '@sestina/testing';
import { formType, single } from '@sestina/xep-0004';
import { DiscoInfo, NS_DISCO_INFO, ServiceDiscovery } from '@sestina/xep-0030';
import { EntityCapabilities, EntityCapabilitiesOptions, NS_CAPS, verificationString } from '@sestina/xep-0115';
import { describe, expect, it } from 'vitest';
import { BOB, MUC, settle, start, verOf } from './helpers.js';

const Software = formType('urn:xmpp:dataforms:softwareinfo', { software: single('software') });

const JOIN = () => new XmlElement('x', MUC);

describe('our presence', () => {
  it('says what we can do, and asked for it we tell the same', async () => {
    const { stream, xmpp } = await start({ node: 'https://bot.example' });
    xmpp.sendPresence({ status: 'hi' });
    const sent = await stream.expectSent(
      `<presence><status>hi</status><c xmlns='${NS_CAPS}' hash='sha-1' node='https://bot.example' ver='*'/></presence>`,
    );
    const ver = verOf(sent);
    await stream.recv(
      `<iq type='get' id='q' from='${BOB}'><query xmlns='${NS_DISCO_INFO}' node='https://bot.example#${ver}'/></iq>`,
    );
    const answer = (await stream.nextSent()).firstElement;
    const info = new DiscoInfo(answer as never);
    expect(info.node).toBe(`https://bot.example#${ver}`);
    expect(info.has(NS_CAPS)).toBe(true);
    expect(await verificationString(info, 'sha-1')).toBe(ver);
    await stream.recv(
      `<iq type='get' id='q' from='${BOB}'><query xmlns='${NS_DISCO_INFO}' node='https://bot.example'/></iq>`,
    );
    expect((await stream.nextSent()).attribute('type')).toBe('error');
  });

  it('says it once more where it was broadcast before there were capabilities', async () => {
    const { stream, xmpp } = await start();
    xmpp.remove(EntityCapabilities);
    xmpp.sendPresence({ status: 'early' });
    expect((await stream.nextSent()).child('c', NS_CAPS)).toBeUndefined();
    xmpp.use(EntityCapabilities);
    await settle(stream);
    const again = await stream.nextSent();
    expect([verOf(again) !== undefined, again.child('status')?.text]).toEqual([true, 'early']);
    await stream.expectNothingSent();
  });

  it('never asks a room twice to let us in, and tells it what we can do once we are', async () => {
    const stream = await ScriptedStream.start({});
    const { xmpp } = stream;
    xmpp.use(EntityCapabilities);
    const enter = (room: string) => {
      const presence = xmpp.presence({ to: `${room}/me`, id: 'j', show: 'away' });
      presence.xml.append(JOIN());
      xmpp.send(presence);
    };
    const inside = (room: string) =>
      stream.recv(`<presence from='${room}/me'><x xmlns='${MUC}#user'><status code='110'/></x></presence>`);
    const rooms = ['quick@rooms.example', 'slow@rooms.example', 'closed@rooms.example'];
    for (const room of rooms) enter(room);
    for (const room of rooms) {
      await stream.expectSent(`<presence id='j' to='${room}/me'><show>away</show><x xmlns='${MUC}'/></presence>`);
    }
    await inside('quick@rooms.example');
    await settle(stream);
    const told = (room: string) =>
      `<presence id='*' to='${room}/me'><show>away</show><c xmlns='${NS_CAPS}' hash='*' node='*' ver='*'/></presence>`;
    await stream.expectSent(told('quick@rooms.example'));
    await inside('slow@rooms.example');
    await stream.expectSent(told('slow@rooms.example'));
    await stream.recv(
      `<presence from='closed@rooms.example/me' type='error'><x xmlns='${MUC}#user'/><error type='auth'>` +
        "<registration-required xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
    );
    await settle(stream);
    await stream.expectNothingSent();
  });

  it('says it with another hash function', async () => {
    const { stream, xmpp } = await start({ hash: 'sha-256' });
    xmpp.sendPresence();
    const sent = await stream.nextSent();
    expect([sent.firstElement?.attribute('hash'), verOf(sent)?.length]).toEqual(['sha-256', 44]);
  });

  it('says it to one address too, and not where it says something else', async () => {
    const { stream, xmpp } = await start();
    xmpp.sendPresence({ to: BOB });
    expect(verOf(await stream.nextSent())).toBeDefined();
    xmpp.sendPresence({ to: BOB, type: 'unavailable' });
    xmpp.sendPresenceSubscription('bob@example.net');
    xmpp.sendMessage({ to: BOB, body: 'hi' });
    for (let i = 0; i < 3; i++) expect((await stream.nextSent()).child('c', NS_CAPS)).toBeUndefined();
  });

  it('holds up nothing while it is computed, and is sent again with it', async () => {
    const { stream, xmpp, disco } = await start();
    let tell: () => void = () => {};
    disco.answerInfo(async ({ to, node }) => {
      await new Promise<void>((resolve) => {
        tell = resolve;
      });
      return disco.ownData({ to, node });
    });
    xmpp.remove(EntityCapabilities);
    xmpp.use(EntityCapabilities);
    xmpp.sendPresence({ id: 'p1', status: 'old' });
    xmpp.sendPresence({ status: 'new' });
    xmpp.sendPresence({ to: BOB });
    xmpp.sendPresence({ to: 'carol@example.net/x' });
    xmpp.sendPresence({ to: 'carol@example.net/x', type: 'unavailable' });
    xmpp.sendMessage({ to: BOB, body: 'hi' });
    const sent = [];
    for (let i = 0; i < 6; i++) sent.push(await stream.nextSent());
    expect(sent.map((stanza) => verOf(stanza))).toEqual(Array(6).fill(undefined));
    await stream.idle();
    tell();
    await settle(stream);
    await stream.expectSent(
      `<presence id='*' to='${BOB}'><c xmlns='${NS_CAPS}' hash='*' node='*' ver='*'/></presence>`,
    );
    await stream.expectSent(
      `<presence><status>new</status><c xmlns='${NS_CAPS}' hash='*' node='*' ver='*'/></presence>`,
    );
    await stream.expectNothingSent();
  });

  it('leaves capabilities that a presence brings, and the stanza that was given', async () => {
    const { stream, xmpp } = await start();
    const presence = xmpp.presence();
    xmpp.send(presence);
    await stream.nextSent();
    expect(presence.caps).toBeUndefined();
    await stream.recv(`<presence from='${BOB}'><c xmlns='${NS_CAPS}' hash='sha-1' node='x' ver='theirs'/></presence>`);
    const theirs = xmpp.roster.of().presence(BOB)?.copy().set({ from: undefined });
    expect(theirs?.caps?.ver).toBe('theirs');
    if (theirs) xmpp.send(theirs);
    const sent = await stream.nextSent();
    expect([verOf(sent), sent.childrenNamed('c', NS_CAPS).length]).toEqual(['theirs', 1]);
  });

  it('is sent again, once, when something changes', async () => {
    const { stream, xmpp, disco } = await start();
    xmpp.sendPresence({ status: 'here' });
    const before = verOf(await stream.nextSent());
    xmpp.advertise('urn:a');
    const b = xmpp.advertise('urn:b');
    const again = await stream.expectSent(
      `<presence><status>here</status><c xmlns='${NS_CAPS}' hash='*' node='*' ver='*'/></presence>`,
    );
    expect(verOf(again)).not.toBe(before);
    b.dispose();
    const third = verOf(await stream.nextSent());
    disco.addIdentity({ category: 'client', type: 'bot' });
    const fourth = verOf(await stream.nextSent());
    disco.addForm(Software.result({ software: 'Bot' }));
    const fifth = verOf(await stream.nextSent());
    expect(new Set([before, verOf(again), third, fourth, fifth]).size).toBe(5);
    await settle(stream);
    await stream.expectNothingSent();
  });

  it('is not sent again where nothing changes in the end', async () => {
    const { stream, xmpp, disco } = await start();
    xmpp.sendPresence();
    await stream.nextSent();
    xmpp.advertise('urn:a').dispose();
    disco.addFeature('urn:node', { node: 'n' });
    disco.infoChanged();
    await settle(stream);
    await stream.expectNothingSent();
  });

  it('is not sent before the program sends it, nor after it said goodbye', async () => {
    const { stream, xmpp } = await start();
    xmpp.advertise('urn:a');
    xmpp.sendPresence({ to: BOB });
    await stream.nextSent();
    xmpp.advertise('urn:b');
    await settle(stream);
    await stream.expectNothingSent();
    xmpp.sendPresence();
    await stream.nextSent();
    xmpp.sendPresence({ type: 'unavailable' });
    await stream.nextSent();
    xmpp.advertise('urn:c');
    await settle(stream);
    await stream.expectNothingSent();
  });

  it('is not sent for a session in which there was none', async () => {
    const { stream, xmpp } = await start();
    xmpp.sendPresence();
    await stream.nextSent();
    await stream.drop();
    xmpp.advertise('urn:a');
    await stream.connect();
    xmpp.advertise('urn:b');
    await settle(stream);
    await stream.expectNothingSent();
  });

  it('goes out without capabilities where these cannot be told', async () => {
    const { stream, xmpp } = await start();
    xmpp.advertise('a<b');
    await settle(stream);
    xmpp.sendPresence();
    await stream.expectSent('<presence/>');
    xmpp.sendPresence();
    await stream.expectSent('<presence/>');
    expect(stream.errors.map(({ error }) => error.message)).toEqual(['"<" inside of "a<b"']);
  });

  it('says nothing where it is told not to', async () => {
    const { stream, xmpp } = await start({ broadcast: false });
    xmpp.sendPresence();
    await stream.expectSent('<presence/>');
  });
});

describe('a component', () => {
  it('tells of each of its addresses what that can do', async () => {
    const { stream, xmpp, disco } = await start({}, { kind: 'component' });
    const [room, bot] = ['room@component.example.org', 'bot@component.example.org'];
    disco.addFeature('urn:room', { jid: room });
    xmpp.sendPresence({ from: room, to: BOB });
    xmpp.sendPresence({ from: bot, to: BOB });
    // They are computed when an address is first heard of.
    for (let i = 0; i < 2; i++) expect(verOf(await stream.nextSent())).toBeUndefined();
    await settle(stream);
    const again = [await stream.nextSent(), await stream.nextSent()];
    // Which is computed first is WebCrypto's business.
    const vers = [room, bot].map((from) => verOf(again.find((sent) => sent.attribute('from') === from) as never));
    const expected = [];
    for (const to of [room, bot]) {
      await stream.recv(`<iq type='get' id='q' from='${BOB}' to='${to}'><query xmlns='${NS_DISCO_INFO}'/></iq>`);
      expected.push(await verificationString(new DiscoInfo((await stream.nextSent()).firstElement as never), 'sha-1'));
    }
    expect(vers).toEqual(expected);
    expect(vers[0]).not.toBe(vers[1]);
  });

  it('tells those who see the presence of an address when that changes', async () => {
    const { stream, xmpp, disco } = await start({}, { kind: 'component' });
    const [room, bot] = ['room@component.example.org', 'bot@component.example.org'];
    for (const owner of [room, bot]) xmpp.sendPresence({ from: owner, status: owner });
    await settle(stream);
    stream.skipSent();
    disco.addFeature('urn:room', { jid: room });
    await stream.expectSent(
      `<presence from='${room}'><status>${room}</status><c xmlns='${NS_CAPS}' hash='*' node='*' ver='*'/></presence>`,
    );
    await settle(stream);
    await stream.expectNothingSent();
  });
});

describe('EntityCapabilities', () => {
  it('leaves nothing behind once removed', async () => {
    const { stream, xmpp, disco } = await start();
    xmpp.sendPresence();
    const ver = verOf(await stream.nextSent());
    xmpp.advertise('urn:a');
    xmpp.remove(EntityCapabilities);
    await settle(stream);
    await stream.expectNothingSent();
    xmpp.sendPresence();
    await stream.expectSent('<presence/>');
    expect([xmpp.advertised.has(NS_CAPS), xmpp.handlers, stream.clock.pending]).toEqual([false, [], []]);
    await expect(disco.ownInfo({ node: `${new EntityCapabilitiesOptions().node}#${ver}` })).rejects.toThrow(
      'item-not-found',
    );
    await stream.recv(`<presence from='${BOB}'><c xmlns='${NS_CAPS}' hash='sha-1' node='x' ver='x'/></presence>`);
    expect(stream.errors).toEqual([]);
    expect(xmpp.remove(ServiceDiscovery)).toBe(true);
  });

  it('asks nobody any more once removed', async () => {
    const { stream, xmpp } = await start();
    const held = xmpp.plugin(EntityCapabilities);
    xmpp.remove(EntityCapabilities);
    await expect(held.info(BOB)).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING', plugin: 'xep-0115' });
    await stream.expectNothingSent();
  });

  it('refuses options that cannot work', async () => {
    await expect(start({ hash: 'md5' as never })).rejects.toThrow(ConfigError);
    await expect(start({ node: '' })).rejects.toThrow(ConfigError);
  });

  it('does not mix two connections', async () => {
    const [a, b] = [await start(), await start()];
    await a.stream.recv(`<presence from='${BOB}'><c xmlns='${NS_CAPS}' hash='sha-1' node='x' ver='x'/></presence>`);
    expect([a.caps.caps(BOB)?.ver, b.caps.caps(BOB)]).toEqual(['x', undefined]);
    a.xmpp.advertise('urn:a');
    await settle(a.stream);
    a.xmpp.sendPresence();
    b.xmpp.sendPresence();
    expect(verOf(await a.stream.nextSent())).not.toBe(verOf(await b.stream.nextSent()));
  });
});
