import { parseXml, SeededRandom } from '@sestina/testing';
import { DiscoInfo, NS_DISCO_INFO } from '@sestina/xep-0030';
import { describe, expect, it } from 'vitest';
import { compareOctets } from '../src/octets.js';
import { hasOtherReading } from '../src/other-readings.js';

const IDENTITY = "<identity category='client' type='pc'/>";

function infoOf(features: readonly string[], identities = IDENTITY): DiscoInfo {
  const inside = features.map((feature) => `<feature var='${feature}'/>`).join('');
  return new DiscoInfo(parseXml(`<query xmlns='${NS_DISCO_INFO}'>${identities}${inside}</query>`));
}

const isBehind = (part: string, before: string | undefined, orEqual = false): boolean =>
  before === undefined || compareOctets(part, before) >= (orEqual ? 0 : 1);

/** Whether these parts are forms: types in order, in each the names of its fields, behind each its values. By trying. */
function areForms(parts: readonly string[], isType: (part: string) => boolean): boolean {
  const fields = (at: number, type: string, name?: string, value?: string, isName = false): boolean => {
    const part = parts[at];
    if (part === undefined) return true;
    if (isType(part) && isBehind(part, type) && fields(at + 1, part)) return true;
    if (isBehind(part, name, true) && fields(at + 1, type, part, undefined, true)) return true;
    return isName && isBehind(part, value, true) && fields(at + 1, type, name, part, true);
  };
  const [first] = parts;
  return first === undefined || (isType(first) && fields(1, first));
}

/** Whether the first of the parts could be further features, and the rest forms. By trying. */
function couldBe(features: readonly string[], parts: readonly string[], isType: (part: string) => boolean): boolean {
  let last = [...features].sort(compareOctets).at(-1);
  for (const [index, part] of parts.entries()) {
    if (!isBehind(part, last)) return false;
    if (areForms(parts.slice(index + 1), isType)) return true;
    last = part;
  }
  return false;
}

describe('another reading of what was hashed', () => {
  it('is never overlooked', () => {
    const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
    const pick = <T>(of: readonly T[]): T => of[random.integer(of.length)] as T;
    const texts = ['a', 'b', 'c', 'c:1', 'd:2', 'e', 'e:3', 'f'];
    let found = 0;
    for (let i = 0; i < 4_000; i++) {
      const features = texts.filter(() => random.integer(4) === 0);
      const forms = Array.from({ length: random.integer(3) }, () =>
        Array.from({ length: 1 + random.integer(4) }, () => pick(texts)),
      );
      const types = new Set(forms.map(([type]) => type));
      const isType = (part: string) => part.includes(':') || types.has(part);
      const other = couldBe(features, forms.flat(), isType);
      found += Number(other);
      if (other) expect(hasOtherReading(infoOf(features), forms), JSON.stringify([features, forms, i])).toBe(true);
    }
    expect(found).toBeGreaterThan(100);
  });

  it.each([
    ['the type is before the last feature', ['m'], [['a:1', 'n', 'o']]],
    ['the type is the last feature', ['m:1'], [['m:1', 'n', 'o']]],
    ['nothing behind the type is a namespace, and it is no type of a form', ['a'], [['b', 'n', 'c']]],
    ['the next type would stand before the one that it comes behind', ['a'], [['d:1', 'c', 'b:1']]],
    ['the values of a field are not in order', ['z'], [['urn:x', 'f', '2', '1']]],
  ])('is none where %s', (_what, features, forms) => {
    expect(hasOtherReading(infoOf(features), forms)).toBe(
      couldBe(features, forms.flat(), (part) => part.includes(':')),
    );
    expect(hasOtherReading(infoOf(['zz:1']), forms)).toBe(false);
  });

  it.each([
    ['no identity', ''],
    ['an identity without a type', "<identity category='client'/>"],
    ['an identity without a category', "<identity type='pc'/>"],
    ['a colon in a type', "<identity category='client' type='a:b'/>"],
    ['one such identity beside a good one', `${IDENTITY}<identity category='' type='pc'/>`],
  ])('is there with %s', (_what, identities) => {
    expect(hasOtherReading(infoOf(['urn:a'], identities), [])).toBe(true);
  });

  it('is there where a feature could be an identity, and not where it holds a colon before that', () => {
    for (const feature of ['client/pc//', 'client/pc/en/Name', 'a/b/c/', 'CLIENT/PC/EN/']) {
      expect(hasOtherReading(infoOf(['urn:a', feature]), []), feature).toBe(true);
    }
    for (const feature of ['http://a/b/c/d', 'a/b/c', '/b/c/', 'a//c/', 'a/b/c d/'])
      expect(hasOtherReading(infoOf([feature]), []), feature).toBe(false);
    expect(hasOtherReading(infoOf(['urn:a'], "<identity category='client' type='pc' xml:lang='EN-us'/>"), [])).toBe(
      false,
    );
  });

  it('is assumed of more than a thousand parts', () => {
    const parts = (count: number) => [['zz', ...Array.from({ length: count }, () => 'a')]];
    expect(hasOtherReading(infoOf(['urn:a']), parts(1_000))).toBe(
      couldBe(['urn:a'], ['zz', 'a'], (part) => part === 'zz'),
    );
    expect(hasOtherReading(infoOf(['urn:a']), parts(1_001))).toBe(true);
    expect(hasOtherReading(infoOf(['zz']), parts(1_001))).toBe(false);
  });
});
