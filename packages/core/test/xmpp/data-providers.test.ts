import { describe, expect, it } from 'vitest';
import { JID } from '../../src/jid/index.js';
import type { Registration } from '../../src/registration.js';
import { AddressNodeMap } from '../../src/xmpp/address-node.js';
import { DataProviders, defineDataKind } from '../../src/xmpp/data-providers.js';

const ROMEO = 'romeo@echo.example.org';
const wordOf = defineDataKind<number, string>('word');
const otherOf = defineDataKind<undefined, string>('other');

const question = (jid: string | undefined, node?: string, request = 1) => ({
  jid: jid === undefined ? undefined : JID.parse(jid),
  node,
  from: JID.parse('bob@example.net/x'),
  request,
});

/** A registry with a handler at each kind of place, which says where it is. */
function everywhere(): DataProviders {
  const answers = new DataProviders();
  answers.registerDefault(wordOf, () => 'default');
  answers.register(wordOf, () => 'all');
  answers.register(wordOf, () => 'node', { node: 'n' });
  answers.register(wordOf, () => 'bare', { jid: ROMEO });
  answers.register(wordOf, () => 'full', { jid: `${ROMEO}/r` });
  answers.register(wordOf, () => 'bare and node', { jid: ROMEO, node: 'n' });
  answers.register(wordOf, () => 'full and node', { jid: JID.parse(`${ROMEO}/r`), node: 'n' });
  return answers;
}

describe('an answer', () => {
  it.each([
    [`${ROMEO}/r`, 'n', 'full and node'],
    [`${ROMEO}/s`, 'n', 'bare and node'],
    [ROMEO, 'n', 'bare and node'],
    [`${ROMEO}/r`, undefined, 'full'],
    [`${ROMEO}/r`, 'm', 'full'],
    [`${ROMEO}/r`, '', 'full'],
    [ROMEO, 'm', 'bare'],
    ['juliet@echo.example.org', 'n', 'node'],
    ['juliet@echo.example.org', 'm', 'all'],
    [undefined, 'n', 'node'],
    [undefined, undefined, 'all'],
  ])('for %s and node %s is that of the closest place: %s', async (jid, node, expected) => {
    expect(await everywhere().ask(wordOf, question(jid, node))).toBe(expected);
  });

  it('that is registered for an empty node is that of the address itself', async () => {
    const answers = new DataProviders();
    answers.register(wordOf, () => 'all', { node: '' });
    answers.register(wordOf, () => 'bare', { jid: ROMEO, node: '' });
    expect(await answers.ask(wordOf, question(ROMEO))).toBe('bare');
    expect(await answers.ask(wordOf, question(ROMEO, ''))).toBe('bare');
    answers.purge({ jid: ROMEO, node: '' });
    expect(await answers.ask(wordOf, question(ROMEO))).toBe('all');
  });

  it('is left to the next one by who does not know, down to the default', async () => {
    const answers = new DataProviders();
    const asked: string[] = [];
    const unknowing = (name: string) => (): undefined => void asked.push(name);
    answers.registerDefault(wordOf, unknowing('first default'));
    answers.registerDefault(wordOf, unknowing('default'));
    answers.register(wordOf, unknowing('all'));
    answers.register(wordOf, unknowing('node'), { node: 'n' });
    answers.register(wordOf, async () => unknowing('bare')(), { jid: ROMEO });
    answers.register(wordOf, unknowing('later bare'), { jid: ROMEO });
    answers.register(wordOf, unknowing('bare and node'), { jid: ROMEO, node: 'n' });
    expect(await answers.ask(wordOf, question(ROMEO, 'n'))).toBeUndefined();
    expect(asked).toEqual(['bare and node', 'later bare', 'bare', 'node', 'all', 'default', 'first default']);
  });

  it('is given with the question at hand', async () => {
    const answers = new DataProviders();
    answers.register(wordOf, ({ jid, node, from, request }) => `${jid} ${node} ${from} ${request + 1}`);
    expect(await answers.ask(wordOf, question(ROMEO, 'n', 41))).toBe(`${ROMEO} n bob@example.net/x 42`);
  });

  it('may be empty, false or nothing, but undefined', async () => {
    const answers = new DataProviders();
    const any = defineDataKind<number, unknown>('any');
    answers.registerDefault(any, () => 'default');
    for (const value of ['', 0, false, null]) {
      const registration = answers.register(any, () => value);
      expect(await answers.ask(any, question(ROMEO))).toBe(value);
      registration.dispose();
    }
    expect(await answers.ask(any, question(ROMEO))).toBe('default');
  });

  it('that fails is not replaced by another', async () => {
    const answers = everywhere();
    const failure = new Error('no');
    answers.register(
      wordOf,
      () => {
        throw failure;
      },
      { jid: ROMEO },
    );
    await expect(answers.ask(wordOf, question(ROMEO))).rejects.toBe(failure);
  });

  it('of another kind is another, also of the same name', async () => {
    const answers = everywhere();
    expect(await answers.ask(otherOf, { ...question(ROMEO), request: undefined })).toBeUndefined();
    expect(await answers.ask(defineDataKind<number, string>('word'), question(ROMEO))).toBeUndefined();
  });

  it('for an address that is none cannot be registered', async () => {
    const answers = new DataProviders();
    expect(() => answers.register(wordOf, () => 'x', { jid: '@' })).toThrow();
    expect(await answers.ask(wordOf, question(ROMEO))).toBeUndefined();
  });
});

describe('the undo', () => {
  it('of a registration brings back what was there before', async () => {
    const answers = new DataProviders();
    const handler = (): string => 'same';
    const one = answers.register(wordOf, () => 'one', { jid: ROMEO });
    const two = answers.register(wordOf, handler, { jid: ROMEO });
    const three = answers.register(wordOf, handler, { jid: ROMEO });
    two.dispose();
    expect(await answers.ask(wordOf, question(ROMEO))).toBe('same');
    three.dispose();
    three.dispose();
    expect(await answers.ask(wordOf, question(ROMEO))).toBe('one');
    one.dispose();
    expect(await answers.ask(wordOf, question(ROMEO))).toBeUndefined();
  });

  it('is told to whoever wants to know', () => {
    const seen: Registration[] = [];
    const answers = new DataProviders((registration) => {
      seen.push(registration);
      return registration;
    });
    const made = [answers.register(wordOf, () => 'x'), answers.registerDefault(wordOf, () => 'y')];
    expect(seen).toEqual(made);
  });

  it('of all for an address takes its nodes too, and leaves the others and the defaults', async () => {
    const answers = everywhere();
    const registration = answers.register(otherOf, () => 'other', { jid: ROMEO });
    answers.purge({ jid: ROMEO });
    const ask = (jid: string, node?: string) => answers.ask(wordOf, question(jid, node));
    expect([await ask(ROMEO), await ask(ROMEO, 'n'), await ask(`${ROMEO}/r`, 'n')]).toEqual([
      'all',
      'node',
      'full and node',
    ]);
    expect(await answers.ask(otherOf, { ...question(ROMEO), request: undefined })).toBeUndefined();
    registration.dispose();
    answers.purge({ node: 'n' });
    expect([await ask(ROMEO, 'n'), await ask(`${ROMEO}/r`, 'n')]).toEqual(['all', 'full and node']);
    answers.purge({}, otherOf);
    expect(await ask(ROMEO)).toBe('all');
    answers.purge();
    expect([await ask(ROMEO), await ask(`${ROMEO}/r`, 'n')]).toEqual(['default', 'default']);
  });
});

describe('a map by place', () => {
  it('gives levels of one node alone, the closest first', () => {
    const map = new AddressNodeMap<string>();
    map.add({}, 'all');
    map.add({ jid: ROMEO }, 'bare 1');
    map.add({ jid: ROMEO }, 'bare 2');
    map.add({ jid: ROMEO, node: 'n' }, 'bare n');
    const registration = map.add({ jid: `${ROMEO}/r` }, 'full');
    const levels = (jid: string, node?: string) => [...map.levels(JID.parse(jid), node)];
    expect(levels(`${ROMEO}/r`)).toEqual([['full'], ['bare 1', 'bare 2'], ['all']]);
    expect(levels(ROMEO)).toEqual([['bare 1', 'bare 2'], ['all']]);
    expect(levels(ROMEO, 'n')).toEqual([['bare n']]);
    expect([...map.levels(undefined, undefined)]).toEqual([['all']]);
    registration.dispose();
    expect(levels(`${ROMEO}/r`)).toEqual([['bare 1', 'bare 2'], ['all']]);
  });

  it('is empty when the last thing is gone, however it goes', () => {
    const map = new AddressNodeMap<number>();
    const registrations = [map.add({ jid: ROMEO, node: 'n' }, 1), map.add({ jid: ROMEO }, 2), map.add({}, 3)];
    map.clear({ jid: ROMEO, node: 'n' });
    expect(map.empty).toBe(false);
    for (const registration of registrations) registration.dispose();
    expect(map.empty).toBe(true);
    map.add({ jid: ROMEO }, 1);
    map.clear();
    expect(map.empty).toBe(true);
  });
});
