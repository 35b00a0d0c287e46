import type { ClientXMPP } from '@sestina/client';
import { attr, element } from '@sestina/core';
import type { ServerUser } from '@sestina/servers';
import { definePubSubNode, NodeForbiddenError, PubSubError } from '@sestina/xep-0060';
import { type PepEvent, PersonalEventing } from '@sestina/xep-0163';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

const NS = 'urn:example:mood';
class Mood extends element('mood', NS, { is: attr('is') }) {}
const MOOD = definePubSubNode({ node: NS, payload: Mood, itemId: 'current' });

describe.each(KINDS)('personal eventing with %s', (kind) => {
  const bench = useServer({ kind });

  /** A client that listens from the first presence on: ejabberd sends what was published before only then. */
  async function listening(user: ServerUser, heard: (event: PepEvent<Mood>) => void = () => {}): Promise<ClientXMPP> {
    const client = bench.client({ jid: user.jid, password: user.password, autoAuthorize: true });
    client.use(PersonalEventing).on(MOOD, heard);
    await client.connect();
    return client;
  }

  /** Two accounts that see each other's presence. */
  async function friends() {
    const [juliet, romeo] = await Promise.all([bench.account('juliet'), bench.account('romeo')]);
    const [one, two] = await Promise.all([listening(juliet), listening(romeo)]);
    for (const client of [one, two]) {
      await client.getRoster();
      client.sendPresence();
    }
    for (const [client, other] of [
      [one, two],
      [two, one],
    ] as const) {
      const seen = client.wait('gotOnline', { filter: ({ jid }) => jid.equals(other.account) });
      client.clientRoster.subscribe(other.account);
      await seen;
    }
    // What a contact can do ejabberd takes from presence that comes once both see each other.
    two.sendPresence();
    return { one, two, juliet, romeo };
  }

  it('tells contacts and our other devices, what was published before too, until they do not listen any more', async () => {
    const { one, two, juliet, romeo } = await friends();
    const pep = one.plugin(PersonalEventing);
    expect(await pep.supported()).toBe(true);
    expect(await pep.accountFeatures()).toContain('publish-options');
    const heard: unknown[] = [];
    const seen = two.plugin(PersonalEventing);
    seen.on(MOOD, ({ from, value, own, initial, type }) => {
      heard.push([from.full, type, value?.is, own, initial]);
    });
    // ejabberd has to have asked what two can do before, and says the same as often as it is published.
    const sad = async (): Promise<unknown> => {
      expect(await pep.publish(MOOD, new Mood({ is: 'sad' }))).toBe('current');
      return heard;
    };
    await expect.poll(sad, { timeout: 10_000 }).toEqual([[one.account.full, 'published', 'sad', false, true]]);
    await pep.publish(MOOD, new Mood({ is: 'glad' }));
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(2);
    expect(seen.last(MOOD, one.account)?.value?.is).toBe('glad');
    expect((await seen.get(MOOD, one.account))?.value?.is).toBe('glad');
    const mine: unknown[] = [];
    const other = await listening(juliet, ({ value, own, type }) => mine.push([type, value?.is, own]));
    other.sendPresence();
    await expect.poll(() => mine, { timeout: 10_000 }).toEqual([['published', 'glad', true]]);
    // Who has not looked at the roster yet knows contacts all the same.
    const late: unknown[] = [];
    const device = await listening(romeo, ({ value }) => late.push(value?.is));
    device.sendPresence();
    await expect.poll(() => late, { timeout: 10_000 }).toEqual(['glad']);
    await pep.stop(MOOD);
    if (kind === 'prosody') {
      // Of what is taken back ejabberd says nothing here.
      await expect.poll(() => mine.length, { timeout: 10_000 }).toBe(2);
      await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(3);
      expect(heard[2]).toEqual([one.account.full, 'retracted', undefined, false, false]);
    }
    expect(await pep.get(MOOD)).toBeUndefined();
    two.remove(PersonalEventing);
    expect(two.advertised.has(`${NS}+notify`)).toBe(false);
  });

  it('keeps from others what is for ourselves, also where it was for all before', async () => {
    const { one, two } = await friends();
    const pep = one.plugin(PersonalEventing);
    await pep.publish(MOOD, new Mood({ is: 'open' }), { access: 'presence' });
    const seen = two.plugin(PersonalEventing);
    expect((await seen.get(MOOD, one.account))?.value?.is).toBe('open');
    await pep.publish(MOOD, new Mood({ is: 'secret' }), { access: 'whitelist' });
    expect((await pep.node(MOOD).config()).accessModel).toBe('whitelist');
    await expect(seen.get(MOOD, one.account)).rejects.toBeInstanceOf(PubSubError);
    await expect(seen.get(MOOD, one.account)).rejects.toBeInstanceOf(
      kind === 'prosody' ? NodeForbiddenError : PubSubError,
    );
    expect((await pep.get(MOOD))?.value?.is).toBe('secret');
  });
});
