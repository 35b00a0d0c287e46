import fc from 'fast-check';
import { joined, PIECES, pick, usually } from './arbitraries.js';

/** Of what is wrong one is enough: most streams are to go on. */
const SELDOM = 80;

const name = usually(
  pick('a', 'message', 'body', 'x-y.z', 'query', 'stream', 'b_1', '__proto__'),
  usually(
    pick('stream:error', 'p:e', 'q:e', 'größe', 'xml:a', 'n'.repeat(40), '𐐀', 'constructor'),
    pick('s:x', 'p:', 'p:q:e', '1'),
    SELDOM / 4,
  ),
  4,
);
const space = usually(usually(pick(' '), pick('  ', '\n', '\t', '\r\n', ' \r'), 12), pick(''), SELDOM);
const character = usually(
  usually(
    pick(...PIECES, '\t', '\u0085'),
    pick('&#65;', '&#x1F600;', '&#xd;', '\r\n', '\r', '&#10;', '\u2028', '\ufffd', '\ufeff', '\u007f', ' > '),
  ),
  pick('\ufffe', '\uffff', '&nbsp;', ']]>', '&#0;', '&', '\u0001'),
  2 * SELDOM,
);
const text = usually(joined(character, 5), pick('x'.repeat(9_000), '€😀'.repeat(1_500), ' '.repeat(70)), 2 * SELDOM);
const cdata = joined(pick('<', '&', '&amp;', ']', ']]', '>', 'é', '😀', '\r\n', 'text', '<a>', '<![CDATA['), 4).map(
  (content) => `<![CDATA[${content}]]>`,
);
const quote = pick("'", '"');
const equals = usually(pick('='), pick(' = ', '=\n', '\t='), 16);
const value = usually(
  joined(usually(character, pick('<'), 2 * SELDOM), 3),
  pick('urn:a', 'en', 'a@b/c', 'long '.repeat(20), '"', "'"),
  2,
);

/** A name with what is its value, as it stands in a tag. */
interface Part {
  readonly key: string;
  readonly written: string;
}

const attribute: fc.Arbitrary<Part> = fc
  .tuple(
    usually(
      pick('id', 'to', 'xml:lang', 'a', 'b', 'c', 'type'),
      pick('p:a', 'q:a', 'p:b', 'stream:a', 'xml:space', 'é', '__proto__', 'xmln'),
      3,
    ),
    equals,
    quote,
    value,
  )
  .map(([key, is, mark, content]) => {
    const other = mark === "'" ? '"' : "'";
    return { key, written: `${key}${is}${mark}${content.replaceAll(mark, other)}${mark}` };
  });
const declaration: fc.Arbitrary<Part> = usually(
  pick(
    "xmlns='urn:a'",
    "xmlns='jabber:client'",
    "xmlns=''",
    'xmlns="urn:example:\'é\'"',
    "xmlns:p='urn:p'",
    "xmlns:p='urn:other'",
    "xmlns:q='urn:p'",
    "xmlns='jabber:component:accept'",
    "xmlns:s='http://etherx.jabber.org/streams'",
    "xmlns='http://etherx.jabber.org/streams'",
    "xmlns:xml='http://www.w3.org/XML/1998/namespace'",
    "xmlns='urn:a&amp;b'",
    "xmlns='a\tb'",
    "xmlns:stream='urn:mine'",
  ),
  pick(
    "xmlns:p=''",
    "xmlns='http://www.w3.org/XML/1998/namespace'",
    "xmlns:xmlns='urn:a'",
    "xmlns='http://www.w3.org/2000/xmlns/'",
    "xmlns:='urn:a'",
  ),
  SELDOM / 2,
).map((written) => ({ key: written.slice(0, written.indexOf('=')), written }));
const inTag = fc.tuple(space, fc.oneof({ weight: 2, arbitrary: attribute }, { weight: 1, arbitrary: declaration }));
const tag = fc
  .record({
    tagName: name,
    parts: fc.array(inTag, { maxLength: 5 }),
    end: usually(pick(''), pick(' ', '\n', '  '), 6),
    repeats: usually(pick(false), pick(true), SELDOM / 2),
    declares: usually(pick(true), pick(false), 8),
  })
  .map(({ tagName, parts, end, repeats, declares }) => {
    const seen = new Set<string>();
    let start = tagName;
    for (const [before, { key, written }] of parts) {
      if (!repeats && seen.has(key)) continue;
      seen.add(key);
      start += before + written;
    }
    for (const prefix of ['p', 'q']) {
      const used = [tagName, ...seen].some((each) => each.startsWith(`${prefix}:`));
      if (declares && used && !seen.has(`xmlns:${prefix}`)) start += ` xmlns:${prefix}='urn:${prefix}'`;
    }
    return { tagName, start: start + end };
  });

const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  element: fc
    .tuple(tag, fc.array(tie('content'), { maxLength: 4 }), fc.boolean(), usually(pick(''), pick(' ', '\n'), 12))
    .map(([{ tagName, start }, content, short, end]) =>
      short && content.length === 0 ? `<${start}/>` : `<${start}>${content.join('')}</${tagName}${end}>`,
    ),
  content: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    { weight: 4, arbitrary: text },
    { weight: 4, arbitrary: tie('element') },
    { weight: 1, arbitrary: cdata },
  ),
}));

/** What may follow a header: all that XML and XMPP allow, and some of what they do not. */
export const anything = fc
  .tuple(
    fc.array(fc.tuple(element, usually(pick('', ' ', '\n'), pick('\r\n', '\t '))), { minLength: 1, maxLength: 4 }),
    usually(pick(''), pick('</stream:stream>', '</s:stream>', '</stream:stream >x', 'x', '<![CDATA[]]>'), 5),
  )
  .map(([elements, end]) => elements.flat().join('') + end);
