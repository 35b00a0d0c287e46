import fc from 'fast-check';
import { joined, PIECES, pick, usually } from './arbitraries.js';

// What nearly all stanzas are, with one slip at most: the reader of plain elements has to see each of them by itself.

const piece = pick(...PIECES, ' > ');
const text = usually(joined(piece, 4), pick('x'.repeat(9_000), '€😀'.repeat(1_500)), 150);
const valueText = joined(pick('a@b/c', 'é', '😀', '&amp;', '&quot;', ' > ', '1', ']]'), 3);
const attribute = fc
  .tuple(pick('id', 'to', 'xml:lang', 'a', 'b', 'type'), pick("'", '"'), valueText)
  .map(([key, mark, value]) => ({ key, written: ` ${key}=${mark}${value}${mark}` }));
const namespace = pick('urn:a', 'jabber:client', '', 'urn:example:é', 'jabber:component:accept').map((uri) => ({
  key: 'xmlns',
  written: ` xmlns='${uri}'`,
}));
const inTag = fc.oneof({ weight: 3, arbitrary: attribute }, { weight: 1, arbitrary: namespace });
const name = usually(pick('a', 'message', 'body', 'x-y.z', 'query'), pick('stream:error', '__proto__', 'b_1'), 12);
const tag = fc.record({
  name,
  parts: fc.uniqueArray(inTag, { maxLength: 4, selector: ({ key }) => key }),
  short: fc.boolean(),
});

const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  element: fc
    .tuple(tag, fc.array(tie('content'), { maxLength: 4 }))
    .map(([{ name: tagName, parts, short }, content]) => {
      const start = tagName + parts.map(({ written }) => written).join('');
      return short && content.length === 0 ? `<${start}/>` : `<${start}>${content.join('')}</${tagName}>`;
    }),
  content: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    { weight: 1, arbitrary: text },
    { weight: 1, arbitrary: tie('element') },
  ),
}));

/** Something wrong or unusual, put into the text before a tag, or at the end of a start tag. */
const slip = fc.oneof(
  fc.record({
    inTag: fc.constant(false),
    put: pick(
      ...[
        ']]>',
        '\ufffe',
        '\uffff',
        '\u0007',
        '\r',
        '&#65;',
        '&nbsp;',
        '&',
        '&am',
        '<!---->',
        '<?a?>',
        '<![CDATA[&]]>',
      ],
      ...[
        '<x:a/>',
        '<a:/>',
        '<1/>',
        '<é/>',
        '<a></b>',
        '</a>',
        '<a',
        '<stream:stream/>',
        '<stream:a:b/>',
        '<p:a xmlns:p="urn:p"/>',
      ],
    ),
    at: fc.nat(65_535),
  }),
  fc.record({
    inTag: fc.constant(true),
    put: pick(
      ...[
        " id='1' id='2'",
        " a='1'b='2'",
        " xmlns='urn:a' xmlns='urn:b'",
        " xmlns='http://www.w3.org/XML/1998/namespace'",
      ],
      ...[
        " c='<'",
        " c='\n'",
        " c='\uffff'",
        " c='&'",
        " c='&#65;'",
        ' c=d',
        ' c',
        " c ='1'",
        "  c='1'",
        '/',
        ' / ',
        "\tc='1'",
      ],
      ...[
        " stream:a='1'",
        " x:a='1'",
        " xml:a='1'",
        " xmlns:p='urn:p'",
        " 1='1'",
        " é='1'",
        " ='1'",
        " c=''d",
        " xmlns='\u0007'",
      ],
      ...[" xmlns='http://www.w3.org/2000/xmlns/'", " xmlns='&amp;'", " xmlns='\ufffe'", " xmlns='<'", ' c=\'1"', ' '],
    ),
    at: fc.nat(65_535),
  }),
);

/** Elements as nearly all stanzas are. */
export const plain = fc
  .tuple(fc.array(fc.tuple(element, pick('', ' ', '\n')), { minLength: 1, maxLength: 4 }), fc.option(slip, { freq: 2 }))
  .map(([elements, wrong]) => {
    const whole = elements.flat().join('');
    if (wrong === null) return whole;
    const places = [...whole.matchAll(wrong.inTag ? /(?=\/?>)(?<=<[\w:.-]+[^<>]*)/g : /(?=<)/g)];
    const place = places[Math.floor((wrong.at / 65_536) * places.length)];
    if (place === undefined) return whole;
    return whole.slice(0, place.index) + wrong.put + whole.slice(place.index);
  });
