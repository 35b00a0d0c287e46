import { SaxesParser } from 'saxes';

/** What is told of tags and text. */
export type Saxes = SaxesParser<{ xmlns: false; position: false }>;

/**
 * A tokenizer without the table of attributes that saxes makes for each tag: nobody looks at it, and it costs a sixth of
 * the parsing. A version of saxes that is built another way is slower, and just as right: `attribute` gets all
 * attributes in either case, and the caller finds what is there twice.
 */
export function lightSaxes(attribute: (name: string, value: string) => void): Saxes {
  const saxes: Saxes = new SaxesParser({ xmlns: false, position: false });
  saxes.on('attribute', ({ name, value }) => {
    attribute(name, value);
  });
  const inside = saxes as unknown as Record<string, unknown>;
  if (typeof inside['pushAttrib'] === 'function' && typeof inside['processAttribs'] === 'function') {
    inside['pushAttrib'] = attribute;
    inside['processAttribs'] = () => {};
  }
  return saxes;
}
