import { XmlElement } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { HandlerIndex } from '../../src/stream/handler-index.js';
import { Callback } from '../../src/stream/handlers.js';
import {
  type Matcher,
  type MatcherKeys,
  MatchId,
  MatchMany,
  MatchPath,
  MatchXMLMask,
  MatchXPath,
} from '../../src/stream/matchers.js';
import { Seeded } from '../helpers/seeded.js';

const handler = (name: string, matcher: Matcher) => new Callback(name, matcher, () => {});
const names = (found: readonly { name: string }[]) => found.map(({ name }) => name);

class Counted implements Matcher {
  asked = 0;
  readonly keys: MatcherKeys;
  readonly alternatives: readonly MatcherKeys[] | undefined;

  constructor(readonly inner: Matcher) {
    this.keys = inner.keys;
    this.alternatives = inner.alternatives;
  }

  matches(stanza: XmlElement): boolean {
    this.asked += 1;
    return this.inner.matches(stanza);
  }
}

const message = () => new XmlElement('message', 'jabber:client', { id: 'm1', type: 'chat' });

describe('the index of handlers', () => {
  it('finds what asking every matcher in turn would find, in the same order (random)', () => {
    const random = new Seeded();
    const roots = ['message', 'presence', 'iq'];
    const payloads = ['a', 'b', 'constructor', '__proto__'];
    const spaces = ['urn:1', 'urn:2'];
    const ids = ['1', '2', '__proto__'];
    const matcher = (): Matcher => {
      switch (random.int(0, 6)) {
        case 0:
          return new MatchId(random.pick(ids));
        case 1:
          return new MatchPath(random.pick([...roots, '*']));
        case 2:
          return new MatchPath(`${random.pick(roots)}/{${random.pick(spaces)}}${random.pick(payloads)}`);
        case 3:
          return new MatchPath(`${random.pick(roots)}@type=${random.pick(['x', 'y'])}/${random.pick(payloads)}`);
        case 4:
          return new MatchXPath(`{jabber:client}${random.pick(roots)}/{${random.pick(spaces)}}*`);
        case 5: {
          const mask = new XmlElement(random.pick(roots), 'jabber:client');
          if (random.chance()) mask.setAttribute('id', random.pick(ids));
          if (random.chance()) mask.append(new XmlElement(random.pick(payloads), random.pick(['', ...spaces])));
          return new MatchXMLMask(mask);
        }
        default:
          return new MatchMany(...random.list(matcher, 3));
      }
    };
    const stanza = (): XmlElement => {
      const element = new XmlElement(random.pick(roots), 'jabber:client', {
        id: random.maybe(() => random.pick(ids)),
        type: random.maybe(() => random.pick(['x', 'y'])),
      });
      element.append(...random.list(() => new XmlElement(random.pick(payloads), random.pick(spaces)), 3));
      return element;
    };
    for (let round = 0; round < 100; round++) {
      const index = new HandlerIndex();
      const registered: Callback[] = [];
      for (let step = 0; step < 60; step++) {
        const choice = random.int(0, 3);
        if (choice < 2) {
          const added = handler(`${step}`, matcher());
          index.add(added);
          registered.push(added);
        } else if (choice === 2 && registered.length > 0) {
          const [gone] = registered.splice(random.int(0, registered.length - 1), 1);
          expect(gone && index.remove(gone)).toBe(true);
        } else {
          const element = stanza();
          const expected = registered.filter((each) => each.matcher.matches(element));
          expect(names(index.match(element)), `seed ${random.seed}`).toEqual(names(expected));
        }
        expect(index.size).toBe(registered.length);
      }
    }
  });

  it('asks no matcher that cannot match: a thousand handlers cost nothing', () => {
    const index = new HandlerIndex();
    const others: Counted[] = [];
    for (let i = 0; i < 1_000; i++) {
      const kind = i % 5;
      const inner =
        kind === 0
          ? new MatchId(`id${i}`)
          : kind === 1
            ? new MatchPath(`message/{urn:plugin:${i}}x`)
            : kind === 2
              ? new MatchPath('presence')
              : kind === 3
                ? new MatchXMLMask(`<message xmlns='jabber:client'><x xmlns='urn:mask:${i}'/></message>`)
                : new MatchMany(new MatchPath(`message/{urn:many:${i}}x`), new MatchPath(`iq/{urn:many:${i}}y`));
      const counted = new Counted(inner);
      others.push(counted);
      index.add(handler(`other ${i}`, counted));
    }
    const wanted = new Counted(new MatchPath('message/body'));
    index.add(handler('wanted', wanted));
    const stanza = message().append(new XmlElement('body', 'jabber:client').append('hi'));
    for (let i = 0; i < 10; i++) expect(names(index.match(stanza))).toEqual(['wanted']);
    expect(wanted.asked).toBe(10);
    expect(others.reduce((sum, { asked }) => sum + asked, 0)).toBe(0);
  });

  it('asks a matcher once for each stanza, however often its payload is there', () => {
    const index = new HandlerIndex();
    const counted = new Counted(new MatchPath('message/{urn:1}x'));
    index.add(handler('once', counted));
    const stanza = message();
    for (let i = 0; i < 20_000; i++) stanza.append(new XmlElement('x', 'urn:1'));
    expect(names(index.match(stanza))).toEqual(['once']);
    expect(counted.asked).toBe(1);
  });

  it('is not disturbed by a handler that is removed or added while a stanza is matched', () => {
    const index = new HandlerIndex();
    const second = handler('second', new MatchPath('message'));
    const first = handler('first', {
      keys: { root: 'message' },
      matches: () => {
        index.remove(second);
        index.add(handler('late', new MatchPath('message')));
        return true;
      },
    });
    index.add(first);
    index.add(second);
    expect(names(index.match(message()))).toEqual(['first', 'second']);
    index.remove(first);
    expect(names(index.match(message()))).toEqual(['late']);
  });

  it('takes a handler once, and lets it go once', () => {
    const index = new HandlerIndex();
    const one = handler('one', new MatchPath('message'));
    index.add(one);
    index.add(one);
    expect(index.match(message()).length).toBe(1);
    expect(index.remove(one)).toBe(true);
    expect(index.remove(one)).toBe(false);
    expect([...index]).toEqual([]);
  });

  it('reports a matcher that throws, and asks the others', () => {
    const failures: string[] = [];
    const index = new HandlerIndex((error, { name }) => failures.push(`${name}: ${error}`));
    const bad: Matcher = {
      keys: { root: 'message' },
      matches: () => {
        throw new Error('boom');
      },
    };
    index.add(handler('bad', bad));
    index.add(handler('good', new MatchPath('message')));
    expect(names(index.match(message()))).toEqual(['good']);
    expect(failures).toEqual(['bad: Error: boom']);
  });
});
