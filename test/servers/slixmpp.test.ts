import type { ClientXMPP } from '@sestina/client';
import { ensureInstalled } from '@sestina/servers';
import { DataForms, fillIn, formType, single, toggle } from '@sestina/xep-0004';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { SoftwareVersion } from '@sestina/xep-0092';
import { EntityCapabilities, verifies } from '@sestina/xep-0115';
import { DiscoveryExtensions } from '@sestina/xep-0128';
import { Ping } from '@sestina/xep-0199';
import { DelayedDelivery } from '@sestina/xep-0203';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { SlixmppPeer } from '../support/slixmpp.js';

const SOFTWARE = formType('urn:xmpp:dataforms:softwareinfo', { os: single('os'), ipv6: toggle('ipv6') });
const NOBODY = '/not-there';

interface Info {
  readonly identities: readonly (readonly (string | null)[])[];
  readonly features: readonly string[];
  readonly forms: readonly Readonly<Record<string, unknown>>[];
}

beforeAll(() => ensureInstalled(['slixmpp']));

describe.each(KINDS)('with slixmpp at the other end of %s', (kind) => {
  const bench = useServer({ kind });
  let peer: SlixmppPeer;

  beforeAll(async () => {
    peer = await SlixmppPeer.login(bench.server, await bench.account('slix'));
  });

  afterAll(async () => {
    await peer?.[Symbol.asyncDispose]();
  });

  /** A client with the plugins that the peer has. */
  async function us(): Promise<ClientXMPP> {
    const client = bench.client({ ...(await bench.account()) });
    client.use(ServiceDiscovery, {
      identities: [{ category: 'client', type: 'console', name: 'Wir & ❦', lang: 'de' }],
    });
    client.use(EntityCapabilities, { node: 'https://sestina.example/tests' });
    client.use(DiscoveryExtensions).add(SOFTWARE.result({ os: 'Any & all', ipv6: true }));
    client.use(SoftwareVersion, { name: 'Sestina', version: '0 <&> 1', os: 'Node' });
    client.use(Ping);
    client.use(DataForms);
    client.use(DelayedDelivery);
    await client.connect();
    await client.sendPresence();
    return client;
  }

  it('a thousand messages are echoed in order by the peer', async () => {
    const client = await us();
    const got: (string | undefined)[] = [];
    const all = new Promise<void>((resolve) => {
      client.on('message', ({ body }) => {
        if (got.push(body) === 1_000) resolve();
      });
    });
    const bodies = Array.from({ length: 1_000 }, (_, index) => `${index} <&> ❦`);
    for (const body of bodies) client.sendMessage({ to: peer.jid, type: 'chat', body });
    await all;
    expect(got).toEqual(bodies);
  });

  it('a thousand messages of the peer arrive in order, and are echoed', async () => {
    const client = await us();
    const got: (string | undefined)[] = [];
    client.on('message', (message) => {
      got.push(message.body);
      return message.reply(message.body).send();
    });
    await peer.do('echo', { on: false });
    await peer.do('send', { to: `${client.boundJid}`, body: 'no. # <&>', count: 1_000 });
    const echoes: unknown[] = [];
    for (let index = 0; index < 1_000; index++) {
      echoes.push((await peer.event('message', (event) => event['from'] === `${client.boundJid}`))['body']);
    }
    await peer.do('echo', { on: true });
    const expected = Array.from({ length: 1_000 }, (_, index) => `no. ${index} <&>`);
    expect(got).toEqual(expected);
    expect(echoes).toEqual(expected);
  });

  it('XEP-0199: each finds the other there, and an absent one absent', async () => {
    const client = await us();
    expect(await client.plugin(Ping).ping(peer.jid)).toBeGreaterThan(0);
    expect(await peer.do('ping', { to: `${client.boundJid}` })).toBeGreaterThan(0);
    await expect(client.plugin(Ping).ping(peer.jid.replace(/\/.*/, NOBODY))).rejects.toMatchObject({
      condition: 'service-unavailable',
    });
    await expect(peer.do('ping', { to: `${client.boundJid?.bare}${NOBODY}` })).rejects.toThrow('service-unavailable');
  });

  it('XEP-0092: each tells the other what it runs', async () => {
    const client = await us();
    const theirs = await client.plugin(SoftwareVersion).query(peer.jid);
    expect([theirs.name, theirs.version, theirs.os]).toEqual(['slixmpp <peer>', '1 & 2', 'none']);
    const ours = await peer.do('version', { to: `${client.boundJid}` });
    expect(ours).toEqual({ name: 'Sestina', version: '0 <&> 1', os: 'Node' });
  });

  it('XEP-0030: each knows what the other is and can', async () => {
    const client = await us();
    const theirs = await client.plugin(ServiceDiscovery).info(peer.jid, { cached: false });
    expect(theirs.identity('client', 'bot')?.name).toBe('Ein Bot ❦');
    for (const feature of ['urn:xmpp:ping', 'jabber:iq:version', 'jabber:x:data'])
      expect(theirs.has(feature)).toBe(true);
    const ours = await peer.do<Info>('info', { to: `${client.boundJid}` });
    expect(ours.identities).toEqual([['client', 'console', 'de', 'Wir & ❦']]);
    expect(ours.features).toEqual(
      expect.arrayContaining([
        'urn:xmpp:ping',
        'jabber:iq:version',
        'jabber:x:data',
        'http://jabber.org/protocol/caps',
      ]),
    );
    expect(new Set(ours.features).size).toBe(ours.features.length);
    await expect(peer.do('info', { to: `${client.boundJid}`, node: 'no such node' })).rejects.toThrow('item-not-found');
    expect(await peer.do('items', { to: `${client.boundJid}` })).toEqual([]);
  });

  it('XEP-0128: each reads the further data of the other', async () => {
    const client = await us();
    const theirs = await client.plugin(DiscoveryExtensions).of(peer.jid, SOFTWARE);
    expect([theirs?.os, theirs?.ipv6]).toEqual(['Linux & more', true]);
    const { forms } = await peer.do<Info>('info', { to: `${client.boundJid}` });
    expect(forms).toEqual([{ FORM_TYPE: [SOFTWARE.type], os: 'Any & all', ipv6: true }]);
  });

  it('XEP-0115: we verify what the peer announces', async () => {
    const client = await us();
    const caps = client.plugin(EntityCapabilities);
    const announced = client.wait('entityCaps', { filter: ({ jid }) => `${jid}` === peer.jid });
    await peer.do('presence', { to: `${client.boundJid}` });
    const { hash, ver } = (await announced).caps;
    expect(hash).toBe('sha-1');
    const info = await caps.info(peer.jid);
    expect(await verifies(info, 'sha-1', ver)).toBe(true);
    expect(caps.known(peer.jid)?.has('urn:xmpp:ping')).toBe(true);
    expect(await caps.supports(peer.jid, 'urn:xmpp:ping')).toBe(true);
  });

  it('XEP-0115: the peer verifies what we announce', async () => {
    const client = await us();
    const heard = peer.event('caps', (event) => event['from'] === `${client.boundJid}`);
    await client.sendPresence({ to: peer.jid });
    await heard;
    // It keeps what it got only where the hash is right.
    await expect
      .poll(() => peer.do<Info | null>('caps', { to: `${client.boundJid}` }), { timeout: 10_000 })
      .toMatchObject({ identities: [['client', 'console', 'de', 'Wir & ❦']] });
    const known = await peer.do<Info>('caps', { to: `${client.boundJid}` });
    expect(known.features).toContain('urn:xmpp:ping');
  });

  it('XEP-0004: each fills in the form of the other', async () => {
    const client = await us();
    const asked = client.wait('messageForm');
    await peer.do('form', { to: `${client.boundJid}` });
    const { message, form } = await asked;
    expect(form.title).toBe('Survey');
    expect([...form.instructions]).toEqual(['Say <something> & more']);
    expect(form.field('play')?.options.length).toBe(2);
    expect(form.field('name')?.required).toBe(true);
    expect(form.field('sure')?.typed).toMatchObject({ type: 'boolean', value: true });
    expect([...(form.field('notes')?.values ?? [])]).toEqual(['one', 'two']);
    const reply = message.reply('filled in');
    reply.xml.append(fillIn(form, { name: 'Romeo <&>', play: ['rj', 'h'], sure: false, notes: 'a\nb' }).xml);
    await reply.send();
    const answer = await peer.event('message', (event) => event['body'] === 'filled in');
    expect(answer['form']).toMatchObject({ FORM_TYPE: ['urn:example:survey'], name: 'Romeo <&>', play: ['rj', 'h'] });
  });

  it('XEP-0203: what one has sent while the other was away says when', async () => {
    const user = await bench.account();
    const before = Date.now();
    await peer.do('send', { to: user.jid, body: 'while you were out' });
    await peer.do('ping', { to: null });
    const client = bench.client(user);
    const delivery = client.use(DelayedDelivery);
    const got = client.wait('message');
    await client.connect();
    client.sendPresence();
    const message = await got;
    expect(message.body).toBe('while you were out');
    const sent = delivery.trustedDelay(message)?.stamp?.getTime();
    expect(sent).toBeGreaterThanOrEqual(before - 1_000);
    expect(sent).toBeLessThanOrEqual(Date.now() + 1_000);

    const away = await bench.account('away');
    await client.sendMessage({ to: away.jid, type: 'chat', body: 'for later' });
    await client.getRoster();
    await using late = await SlixmppPeer.login(bench.server, away);
    const event = await late.event('message');
    expect(event['body']).toBe('for later');
    expect(String(event['delay'])).toMatch(/^\d{4}-\d\d-\d\d/);
  });
});
