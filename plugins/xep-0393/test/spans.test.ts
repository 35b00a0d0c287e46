import { describe, expect, it } from 'vitest';
import { plain } from '../src/index.js';
import { isSpace } from '../src/spans.js';
import { shown } from './shown.js';

describe('a span', () => {
  it.each([
    ['plain span', '[plain span]', 'plain span'],
    ['*strong span*', '[<strong>*strong span*</strong>]', 'strong span'],
    ['plain _emphasis_ plain', '[plain <emphasis>_emphasis_</emphasis> plain]', 'plain emphasis plain'],
    ['`pre` plain *strong*', '[<pre>`pre`</pre> plain <strong>*strong*</strong>]', 'pre plain strong'],
    ['*strong*plain*', '[<strong>*strong*</strong>plain*]', 'strongplain*'],
    ['* plain *strong*', '[* plain <strong>*strong*</strong>]', '* plain strong'],
    ['Two spans, both *alike in dignity*', '[Two spans, both <strong>*alike in dignity*</strong>]', undefined],
    [
      'The full title is _Twelfth Night, or What You Will_ but',
      '[The full title is <emphasis>_Twelfth Night, or What You Will_</emphasis> but]',
      undefined,
    ],
    ['Everyone ~dis~likes cake.', '[Everyone <strike>~dis~</strike>likes cake.]', 'Everyone dislikes cake.'],
    ['This is `*monospace*`', '[This is <pre>`*monospace*`</pre>]', 'This is *monospace*'],
    [
      'This is *`monospace and bold`*',
      '[This is <strong>*<pre>`monospace and bold`</pre>*</strong>]',
      'This is monospace and bold',
    ],
  ])('is in %j (XEP-0393 §6.2)', (text, styled, bare) => {
    expect(shown(text)).toBe(styled);
    if (bare !== undefined) expect(plain(text)).toBe(bare);
  });

  it.each(['not strong*', '*not strong', '*not *strong', '**', '***', '****', '* a*', '*a *', 'a*b*', '``', '**b*'])(
    'is not in %j',
    (text) => {
      expect([shown(text), plain(text)]).toEqual([`[${text}]`, text]);
    },
  );

  it('never goes on in the next line', () => {
    expect(shown('*not \n strong*')).toBe('[*not \n][ strong*]');
    expect(shown('*a\n*b*')).toBe('[*a\n][<strong>*b*</strong>]');
  });

  it('begins behind another one that begins, and has others in it', () => {
    expect(shown('*_~`a`~_*')).toBe('[<strong>*<emphasis>_<strike>~<pre>`a`</pre>~</strike>_</emphasis>*</strong>]');
    expect(shown('*a _b_ c*')).toBe('[<strong>*a <emphasis>_b_</emphasis> c*</strong>]');
    // The sign before it begins nothing.
    expect(shown('_*a*')).toBe('[_*a*]');
  });

  it('ends as early as it can, from left to right', () => {
    expect(shown('*a _b* c_')).toBe('[<strong>*a _b*</strong> c_]');
    expect(shown('*a *b* c*')).toBe('[<strong>*a *b*</strong> c*]');
    expect(shown('`a *b` c*')).toBe('[<pre>`a *b`</pre> c*]');
  });

  it('goes on behind signs that are none', () => {
    expect(shown('** *b*')).toBe('[** <strong>*b*</strong>]');
    expect(shown('_a ~b *c*')).toBe('[_a ~b <strong>*c*</strong>]');
  });

  it('heeds every white space of Unicode', () => {
    expect(shown('a\u00a0*b*')).toBe('[a\u00a0<strong>*b*</strong>]');
    expect(shown('*\u3000b*')).toBe('[*\u3000b*]');
    const wrong: string[] = [];
    for (let code = 0; code <= 0xffff; code++) {
      const character = String.fromCharCode(code);
      if (isSpace(code) !== /[\p{White_Space}\p{Z}]/u.test(character)) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it('has nothing escaped, and no markup of others', () => {
    expect(shown('\\*a\\*')).toBe('[\\*a\\*]');
    expect(shown('**a** [x](javascript:y) <b>z</b>')).toBe('[**a** [x](javascript:y) <b>z</b>]');
  });

  it('leaves an action what it is (XEP-0245)', () => {
    expect(shown('/me *waves*')).toBe('[/me <strong>*waves*</strong>]');
  });
});
