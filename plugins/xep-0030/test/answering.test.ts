import { ConfigError, JID, StanzaError } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions } from '@sestina/testing';
import { Form, FormField } from '@sestina/xep-0004';
import {
  DiscoInfo,
  Identity,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  ServiceDiscovery,
  ServiceDiscoveryOptions,
} from '@sestina/xep-0030';
import { describe, expect, it } from 'vitest';

async function start(options: ScriptedStreamOptions = {}, disco: Partial<ServiceDiscoveryOptions> = {}) {
  const stream = await ScriptedStream.start({ plugins: [[ServiceDiscovery, disco]], ...options });
  const ask = async (namespace: string, { from = 'bob@example.net/x', to = '', node = '' } = {}) => {
    const attributes = `${from && `from='${from}'`} ${to && `to='${to}'`}`;
    const query = `<query xmlns='${namespace}' ${node && `node='${node}'`}/>`;
    await stream.recv(`<iq type='get' id='q1' ${attributes}>${query}</iq>`);
    return stream.nextSent();
  };
  const info = async (where?: { from?: string; to?: string; node?: string }) => {
    const answer = await ask(NS_DISCO_INFO, where);
    const xml = answer.firstElement;
    if (!xml || answer.attribute('type') !== 'result') return answer.child('error')?.firstElement?.name;
    return new DiscoInfo(xml);
  };
  const plugin = stream.xmpp.plugin(ServiceDiscovery);
  return { stream, disco: plugin, ask, info };
}

const identities = (info: DiscoInfo | string | undefined): string[] =>
  info instanceof DiscoInfo ? [...info.identities].map(({ category, type }) => `${category}/${type}`) : [String(info)];
const features = (info: DiscoInfo | string | undefined): readonly string[] =>
  info instanceof DiscoInfo ? info.features : [String(info)];

describe('answering disco#info', () => {
  it('tells what plugins announce', async () => {
    const { stream } = await start();
    stream.xmpp.advertise('urn:example:feature');
    await stream.recv(`<iq type='get' id='info1' from='bob@example.net/x'><query xmlns='${NS_DISCO_INFO}'/></iq>`);
    await stream.expectSent(`<iq type='result' id='info1' to='bob@example.net/x'>
      <query xmlns='${NS_DISCO_INFO}'>
        <identity category='client' type='pc' name='Sestina' xml:lang='en'/>
        <feature var='${NS_DISCO_INFO}'/>
        <feature var='${NS_DISCO_ITEMS}'/>
        <feature var='urn:example:feature'/>
      </query>
    </iq>`);
  });

  it('is a component where it is one', async () => {
    const { info } = await start({ kind: 'component' });
    expect(identities(await info({ to: 'component.example.org' }))).toEqual(['component/generic']);
  });

  it('gives names a language, and refuses what cannot be hashed', async () => {
    const { info, disco, stream } = await start();
    disco.addIdentity({ category: 'client', type: 'bot', name: 'Bot', lang: 'de' });
    disco.addIdentity({ category: 'automation', type: 'rpc' });
    disco.addIdentity({ category: 'automation', type: 'soap', name: 'Soap' });
    const answer = (await info()) as DiscoInfo;
    expect([...answer.identities].map(({ lang }) => lang)).toEqual(['de', undefined, 'en']);
    const heart = { category: 'client', type: 'bot', name: 'I <3 you' };
    expect(() => disco.addIdentity(heart)).toThrow(ConfigError);
    stream.xmpp.remove(ServiceDiscovery);
    expect(() => stream.xmpp.use(ServiceDiscovery, { identities: [heart] })).toThrow('no "<" in it');
  });

  it('is what the options say', async () => {
    const { info } = await start({}, { identities: [{ category: 'client', type: 'bot', name: 'Bot', lang: 'en' }] });
    const answer = (await info()) as DiscoInfo;
    expect(identities(answer)).toEqual(['client/bot']);
    expect(answer.identities.at(0)?.lang).toBe('en');
  });

  it('refuses a node that it does not know', async () => {
    const { info } = await start();
    expect(await info({ node: 'urn:nothing' })).toBe('item-not-found');
  });

  it('tells of a node, with the node in the answer', async () => {
    const { info, disco } = await start();
    disco.addFeature('urn:f', { node: 'n' });
    disco.addIdentity({ category: 'hierarchy', type: 'leaf' }, { node: 'n' });
    const answer = (await info({ node: 'n' })) as DiscoInfo;
    expect([answer.node, identities(answer), answer.features]).toEqual([
      'n',
      ['hierarchy/leaf'],
      [NS_DISCO_INFO, 'urn:f'],
    ]);
  });

  it('keeps the addresses of a component apart', async () => {
    const { info, disco } = await start({ kind: 'component' });
    disco.addIdentity({ category: 'conference', type: 'text' }, { jid: 'room@component.example.org' });
    disco.addFeature('urn:room', { jid: 'room@component.example.org' });
    disco.addFeature('urn:one', { jid: 'room@component.example.org/one' });
    disco.addFeature('urn:all');
    const room = await info({ to: 'room@component.example.org' });
    expect([identities(room), features(room).slice(2)]).toEqual([['conference/text'], ['urn:room', 'urn:all']]);
    const one = await info({ to: 'room@component.example.org/one' });
    expect(features(one).slice(2)).toEqual(['urn:one', 'urn:room', 'urn:all']);
    expect(features(await info({ to: 'bot@component.example.org' })).slice(2)).toEqual(['urn:all']);
  });

  it('adds forms, made anew for each answer', async () => {
    const { info, disco } = await start();
    let count = 0;
    disco.addForm(() => {
      count += 1;
      const form = new Form({ type: 'result' });
      form.fields.add(new FormField({ var: 'FORM_TYPE', type: 'hidden', values: ['urn:x'] }));
      form.fields.add(new FormField({ var: 'n', values: [String(count)] }));
      return form;
    });
    await info();
    const answer = (await info()) as DiscoInfo;
    expect(answer.form('urn:x')?.field('n')?.value).toBe('2');
    expect(answer.form('urn:y')).toBeUndefined();
  });

  it('asks the closest handler first, and goes on where it gives nothing', async () => {
    const { info, disco } = await start({ kind: 'component' });
    const jid = 'room@component.example.org';
    const asked: string[] = [];
    const answer =
      (name: string, gives = false) =>
      () => {
        asked.push(name);
        return gives ? new DiscoInfo({ features: [name] }) : undefined;
      };
    disco.answerInfo(answer('global', true));
    disco.answerInfo(answer('node'), { node: 'n' });
    disco.answerInfo(answer('jid'), { jid });
    disco.answerInfo(answer('jid+node'), { jid, node: 'n' });
    disco.answerInfo(answer('full'), { jid: `${jid}/x` });
    const later = disco.answerInfo(answer('later'), { jid });
    expect(features(await info({ to: `${jid}/x`, node: 'n' }))).toEqual([NS_DISCO_INFO, 'global']);
    expect(asked).toEqual(['jid+node', 'full', 'later', 'jid', 'node', 'global']);
    asked.length = 0;
    later.dispose();
    await info({ to: jid });
    await info({ to: 'other@component.example.org', node: 'n' });
    expect(asked).toEqual(['jid', 'global', 'node', 'global']);
  });

  it('answers with what a handler makes of who asks', async () => {
    const { info, disco } = await start();
    disco.answerInfo(async ({ from, to, node }) => {
      await Promise.resolve();
      if (node === 'secret') throw new StanzaError('forbidden');
      return new DiscoInfo({ identities: [new Identity({ category: 'x', type: `${from?.local}-${to?.local}` })] });
    });
    expect(identities(await info({ to: 'alice@example.org/phone', node: 'n' }))).toEqual(['x/bob-alice']);
    expect(await info({ node: 'secret' })).toBe('forbidden');
  });

  it('does not change what a handler gives it', async () => {
    const { info, disco } = await start();
    const kept = new DiscoInfo({ node: 'mine' });
    disco.answerInfo(() => kept);
    expect(((await info({ node: 'n' })) as DiscoInfo).node).toBe('n');
    expect([kept.node, kept.features]).toEqual(['mine', []]);
  });

  it('adds to what it would answer', async () => {
    const { info, disco } = await start();
    disco.answerInfo((request) => {
      const own = disco.ownData(request);
      if (own) own.features = [...own.features, 'urn:more'];
      return own;
    });
    expect(features(await info()).at(-1)).toBe('urn:more');
    expect(await info({ node: 'n' })).toBe('item-not-found');
    expect((await disco.ownInfo()).has('urn:more')).toBe(true);
  });

  it('tells when what it would answer changes', async () => {
    const { stream, disco } = await start({ kind: 'component' });
    const changes: string[] = [];
    stream.xmpp.on('discoInfoChanged', ({ jid, node }) => changes.push(`${jid}#${node}`));
    const registration = disco.addFeature('urn:x', { jid: 'room@component.example.org' });
    registration.dispose();
    registration.dispose();
    disco.answerInfo(() => undefined, { node: 'n' });
    disco.infoChanged();
    await stream.idle();
    expect(changes).toEqual([
      'room@component.example.org#undefined',
      'room@component.example.org#undefined',
      'undefined#n',
      'undefined#undefined',
    ]);
  });
});

describe('answering disco#items', () => {
  it('lists nothing where there is nothing', async () => {
    const { stream } = await start();
    await stream.recv(`<iq type='get' id='i' from='bob@example.net/x'><query xmlns='${NS_DISCO_ITEMS}'/></iq>`);
    await stream.expectSent(`<iq type='result' id='i' to='bob@example.net/x'><query xmlns='${NS_DISCO_ITEMS}'/></iq>`);
  });

  it('lists items of an address and of a node', async () => {
    const { ask, disco, info } = await start({ kind: 'component' });
    disco.addItem({ jid: 'room@component.example.org', name: 'Room' });
    disco.addItem({ jid: 'component.example.org', node: 'music/D' }, { node: 'music' });
    const root = await ask(NS_DISCO_ITEMS, { to: 'component.example.org' });
    expect(root.firstElement?.toString()).toContain(`<item jid='room@component.example.org' name='Room'/>`);
    const music = await ask(NS_DISCO_ITEMS, { to: 'component.example.org', node: 'music' });
    expect(music.firstElement?.toString()).toBe(
      `<query xmlns='${NS_DISCO_ITEMS}' node='music'><item jid='component.example.org' node='music/D'/></query>`,
    );
    expect(identities(await info({ to: 'component.example.org', node: 'music' }))).toEqual(['hierarchy/branch']);
  });

  it('has a handler list them', async () => {
    const { ask, disco } = await start();
    disco.answerItems(({ node }) => (node === 'n' ? [{ jid: 'a@b.example' }] : undefined));
    expect((await ask(NS_DISCO_ITEMS, { node: 'n' })).firstElement?.firstElement?.attribute('jid')).toBe('a@b.example');
    expect((await ask(NS_DISCO_ITEMS)).firstElement?.firstElement).toBeUndefined();
  });

  it('refuses a node that it does not know, and lists nothing for one that only has information', async () => {
    const { ask, disco } = await start();
    disco.addFeature('urn:x', { node: 'n' });
    expect((await ask(NS_DISCO_ITEMS, { node: 'm' })).attribute('type')).toBe('error');
    expect((await ask(NS_DISCO_ITEMS, { node: 'n' })).attribute('type')).toBe('result');
  });
});

describe("answer: 'contacts'", () => {
  it('answers the server, our account and who may see our presence, and gives others the usual error', async () => {
    const { stream, info } = await start({}, { answer: 'contacts' });
    const roster = stream.xmpp.roster.of();
    for (const [local, subscription] of [
      ['friend', 'both'],
      ['fan', 'from'],
      ['idol', 'to'],
    ] as const) {
      roster.apply([{ jid: JID.parse(`${local}@example.net`), subscription }]);
    }
    expect(await info({ from: 'mallory@evil.example/x' })).toBe('service-unavailable');
    expect(await info({ from: 'mallory@evil.example/x', node: 'n' })).toBe('service-unavailable');
    expect(await info({ from: 'idol@example.net/x' })).toBe('service-unavailable');
    for (const from of ['', 'example.org', 'alice@example.org/other', 'friend@example.net/x', 'fan@example.net/x']) {
      expect(await info({ from }), from).toBeInstanceOf(DiscoInfo);
    }
  });

  it('looks at the roster of the address that is asked', async () => {
    const { stream, info } = await start({ kind: 'component' }, { answer: 'contacts' });
    const [a, b] = ['a@component.example.org', 'b@component.example.org'];
    stream.xmpp.roster.of(a).apply([{ jid: JID.parse('bob@example.net'), subscription: 'from' }]);
    expect(await info({ to: a })).toBeInstanceOf(DiscoInfo);
    expect(await info({ to: b })).toBe('service-unavailable');
  });

  it('asks first what keeps the rosters, and answers nobody where that fails', async () => {
    const { stream, info } = await start({ kind: 'component' }, { answer: 'contacts' });
    const to = 'a@component.example.org';
    const roster = stream.xmpp.roster.of(to);
    roster.load = async () => roster.apply([{ jid: JID.parse('bob@example.net'), subscription: 'from' }]);
    expect(await info({ to, from: 'bob@example.net/x' })).toBeInstanceOf(DiscoInfo);
    expect(await info({ to, from: 'mallory@evil.example/x' })).toBe('service-unavailable');
    roster.load = () => Promise.reject(new Error('no disk'));
    expect(await info({ to, from: 'bob@example.net/x' })).toBe('service-unavailable');
    expect(stream.errors).toMatchObject([
      { error: { message: 'no disk' }, where: `whether bob@example.net/x may know of ${to}` },
    ]);
  });
});

describe('removing', () => {
  it('leaves no handler behind, and the stream goes on', async () => {
    const { stream, ask } = await start();
    stream.xmpp.remove(ServiceDiscovery);
    expect((await ask(NS_DISCO_INFO)).child('error')?.firstElement?.name).toBe('service-unavailable');
    expect((await ask(NS_DISCO_ITEMS)).child('error')?.firstElement?.name).toBe('service-unavailable');
    expect([stream.xmpp.listenerCount('presenceUnavailable'), stream.clock.pending]).toEqual([0, []]);
    expect(stream.xmpp.use(ServiceDiscovery)).toBeInstanceOf(ServiceDiscovery);
    expect((await ask(NS_DISCO_INFO)).attribute('type')).toBe('result');
  });

  it('ends asking', async () => {
    const { stream } = await start();
    const held = stream.xmpp.plugin(ServiceDiscovery);
    stream.xmpp.remove(ServiceDiscovery);
    const gone = { code: 'ERR_PLUGIN_MISSING', plugin: 'xep-0030' };
    await expect(held.info('example.org')).rejects.toMatchObject(gone);
    await expect(held.items('example.org')).rejects.toMatchObject(gone);
    await stream.expectNothingSent();
  });

  it('has options with defaults', () => {
    expect(new ServiceDiscoveryOptions()).toEqual({ identities: [], cache: true, answer: 'everybody' });
  });
});
