import { describe, expect, it } from 'vitest';
import { complianceText, missingOf } from '../lib/compliance.mjs';
import { SUITES } from '../lib/compliance-suites.mjs';

const claiming = (xep: string) => ({ dir: `plugins/xep-${xep}`, name: `@sestina/xep-${xep}`, claim: { xep } });
const every = SUITES.flatMap(({ features }) => features.flatMap(({ by }) => by))
  .filter((spec) => spec.startsWith('XEP-'))
  .map((spec) => claiming(spec.slice(4)));

const rowOf = (text: string, name: string): string =>
  text.split('\n').find((line) => line.startsWith('|') && line.includes(name)) ?? '';

describe('the page of the compliance suites', () => {
  it('names what is missing, and calls no suite met that lacks something', () => {
    const text = complianceText(
      every.filter(({ claim }) => claim.xep !== '0410'),
      new Set(),
    );
    expect(rowOf(text, 'Advanced group chat')).toContain('**missing: XEP-0410**');
    expect(text).toContain('For an advanced client is missing: Advanced group chat.');
    const without = complianceText(
      every.filter(({ claim }) => claim.xep !== '0030'),
      new Set(),
    );
    expect(without).toContain('It is not met. Missing: Feature discovery.');
  });

  it('says of each feature which package has it, and whether the preset brings that', () => {
    const text = complianceText(every, new Set(['@sestina/xep-0030']));
    expect(text).not.toContain('missing:');
    expect(rowOf(text, 'Feature discovery')).toContain('[`@sestina/xep-0030`](../plugins/xep-0030/README.md) | yes |');
    expect(rowOf(text, 'Feature broadcasts')).toContain('| no |');
    expect(rowOf(text, 'TLS')).toContain('../packages/client/README.md');
  });

  it('takes one of several where one is enough', () => {
    const feature = { name: 'a', level: 'core', by: ['RFC 7395', 'XEP-0206'], any: true } as const;
    expect(missingOf(feature, [])).toEqual([]);
    expect(missingOf({ ...feature, any: false }, [])).toEqual(['XEP-0206']);
  });

  it('has every specification as a number, once in each feature', () => {
    for (const { by } of SUITES.flatMap(({ features }) => features)) {
      expect(new Set(by).size).toBe(by.length);
      for (const spec of by) expect(spec).toMatch(/^(?:RFC |XEP-)\d{4}$/);
    }
  });
});
