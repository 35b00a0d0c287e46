import { parseDocument } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { doapText, supportText } from '../support.mjs';

const counts = {
  examples: { read: 3, passed: 2, excused: 1, typed: 2 },
  schema: { checked: 0, valid: 0, excused: 0 },
  laws: { tried: 9, kept: 9 },
};
const all = [
  {
    dir: 'plugins/xep-0060',
    name: '@sestina/xep-0060',
    title: 'Publish-Subscribe',
    claim: { xep: '0060', version: '1.30.0', part: 'asks & listens' },
    counts: undefined,
  },
  {
    dir: 'plugins/xep-0092',
    name: '@sestina/xep-0092',
    title: 'Software Version',
    claim: { xep: '0092', version: '1.1' },
    counts,
  },
];

describe('what is supported', () => {
  it('is a line for each package, with what was counted', () => {
    const lines = supportText(all).split('\n');
    expect(lines.find((line) => line.includes('xep-0092'))).toBe(
      '| [XEP-0092](https://xmpp.org/extensions/xep-0092.html) | Software Version | 1.1 | [`@sestina/xep-0092`](../plugins/xep-0092/README.md) | 2 of 3, 1 excused |  | 9 of 9 |',
    );
    expect(lines.find((line) => line.includes('xep-0060'))).toContain('Publish-Subscribe: asks & listens');
  });

  it('is a description that can be read, in which a part is told as one', () => {
    const doap = parseDocument(doapText(all).replace(/^<\?xml.*\n/, ''));
    const text = doap.toString();
    expect(text).toContain('xep-0092.html');
    expect(text.match(/partial/g)).toHaveLength(1);
    expect(text).toContain('asks &amp; listens');
  });
});
