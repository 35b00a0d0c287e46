import { SeededRandom } from '@sestina/testing';
import { cut, fromUtf16, slice } from '@sestina/xep-0426';
import { describe, expect, it } from 'vitest';
import { type Block, parse, plain, quote } from '../src/index.js';
import { leaves, shown } from './shown.js';

describe('a block', () => {
  it('is a line (XEP-0393 §6.1.1)', () => {
    const text =
      'There are three blocks in this body, one per line,\nbut there is no *formatting\nas spans* may not escape blocks.';
    expect(parse(text).map(({ kind }) => kind)).toEqual(['plain', 'plain', 'plain']);
    expect(plain(text)).toBe(text);
  });

  it('is what stands between backquotes (§6.1.2)', () => {
    expect(shown('```ignored\n(println "*Hello*")\n```\n\nThis')).toBe(
      '<pre>```ignored\n(println "*Hello*")\n```\n</pre>[\n][This]',
    );
    expect(plain('```ignored\n(println "*Hello*")\n```\n\nThis')).toBe('(println "*Hello*")\n\nThis');
    // Only three of them end it, and what is in it is no quotation.
    expect(shown('```\n````\n ```\n> a\n```\nb')).toBe('<pre>```\n````\n ```\n> a\n```\n</pre>[b]');
    expect(shown('a ```\nb')).toBe('[a ```\n][b]');
  });

  it('ends with the quotation that it is in', () => {
    expect(shown('> ```\n> (println "Hello, world!")\n\nThe entire')).toBe(
      '<quote><pre>> ```\n> (println "Hello, world!")\n</pre></quote>[\n][The entire]',
    );
    expect(shown('>> ```\n> a\n> ```\n> > b')).toBe(
      '<quote><quote><pre>>> ```\n</pre></quote>[> a\n]<pre>> ```\n> > b</pre></quote>',
    );
  });

  it('is a quotation, also in another one (§6.1.3)', () => {
    expect(shown('> That that is, is.\n\nSaid the old hermit of Prague.')).toBe(
      '<quote>[> That that is, is.\n]</quote>[\n][Said the old hermit of Prague.]',
    );
    expect(shown('>> That that is, is.\n> Said the old hermit of Prague.\n\nWho?')).toBe(
      '<quote><quote>[>> That that is, is.\n]</quote>[> Said the old hermit of Prague.\n]</quote>[\n][Who?]',
    );
    expect(shown('> *a*\nb > c')).toBe('<quote>[> <strong>*a*</strong>\n]</quote>[b > c]');
  });

  it('has one white space less for each quotation, and no more', () => {
    expect(plain('>   a')).toBe('  a');
    expect(plain('> > a')).toBe('a');
    expect(shown('>  > a')).toBe('<quote>[>  > a]</quote>');
    expect(shown('>*a*')).toBe('<quote>[><strong>*a*</strong>]</quote>');
    expect(shown('>')).toBe('<quote>[>]</quote>');
  });

  it('is one where the sender wants no style (§7)', () => {
    expect(shown('> _ <\n*a*', { unstyled: true })).toBe('[> _ <\n*a*]');
    expect([plain('> _ <', { unstyled: true }), plain('> _ <')]).toEqual(['> _ <', '_ <']);
    expect([parse(''), parse('', { unstyled: true })]).toEqual([[], []]);
  });

  it('says where it is in the text, in places that others can be told', () => {
    const text = '🧛 *a🧛*';
    const [block] = parse(text) as [Block & { kind: 'plain' }];
    const { begin, end } = block.spans[1] as { begin: number; end: number };
    expect([begin, end, text.slice(begin, end)]).toEqual([3, 8, '*a🧛*']);
    const range = { begin: fromUtf16(text, begin) as number, end: fromUtf16(text, end) as number };
    expect([slice(text, range.begin, range.end), cut(text, [range]).text]).toEqual(['*a🧛*', '🧛 ']);
  });
});

describe('a quotation of ours', () => {
  it('is the same text again for who reads it', () => {
    expect(quote('a\n> b\n\n c')).toBe('> a\n> > b\n> \n>  c');
    expect(shown(quote('*a*\n```\nb'))).toBe('<quote>[> <strong>*a*</strong>\n]<pre>> ```\n> b</pre></quote>');
    expect(quote('')).toBe('> ');
  });
});

describe('any text', () => {
  const SIGNS = ['*', '_', '~', '`', '```', '>', '> ', ' ', '\n', '\n', 'a', '🧛', '\u00a0', '\r', '\ud83e'];
  const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
  const anyText = (): string =>
    Array.from({ length: random.integer(40) }, () => SIGNS[random.integer(SIGNS.length)] as string).join('');

  it('is what its leaves are together', () => {
    for (let round = 0; round < 2_000; round++) {
      const text = anyText();
      const together = leaves(parse(text)).map(({ begin, end }) => text.slice(begin, end));
      expect(together.join(''), `seed ${random.seed}`).toBe(text);
    }
  });

  it('says the same where it is quoted', () => {
    for (let round = 0; round < 2_000; round++) {
      const text = anyText();
      const quoted = quote(text);
      expect(
        parse(quoted).map(({ kind }) => kind),
        `seed ${random.seed}`,
      ).toEqual(['quote']);
      expect(plain(quoted), `seed ${random.seed}: ${JSON.stringify(text)}`).toBe(plain(text));
    }
  });
});

describe('a text of somebody who means harm', () => {
  const MANY = 64 * 1024;

  /** How often a text is looked at, which is what it costs. */
  function looks(text: string): number {
    let count = 0;
    const counted = new Proxy(Object(text), {
      get: (target, key) => {
        const value = target[key];
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          count += 1;
          return value.apply(text, given);
        };
      },
    });
    parse(counted as string);
    return count;
  }

  it.each([
    '*',
    '>',
    '`',
    '*a ',
    ' *a',
    ' *a _b ~c `d',
    '*a* ',
    '_*a',
    '*_~`',
    '> *a _b\n',
    '>\n',
    '>> ```\n',
    '```\n',
    '>>>>>>>>>>>>>>>>>>>>>>>>>\n\n',
    '** ',
  ])('costs what its length does: %j', (part) => {
    const text = part.repeat(MANY / part.length);
    expect(leaves(parse(text)).at(-1)?.end).toBe(text.length);
    // Each character is looked at in four parts at most, for each of four signs.
    expect(looks(text) / text.length).toBeLessThan(40);
  });

  it('is quoted twenty deep at most; deeper is what the last one says', () => {
    const text = `${'>'.repeat(1_000)} a\n${'> '.repeat(21)}b`;
    let depth = 0;
    for (let [block] = parse(text); block?.kind === 'quote'; [block] = block.blocks) depth += 1;
    expect(depth).toBe(20);
    expect(plain(text)).toBe(`${'>'.repeat(980)} a\n> b`);
  });
});
