import { ByteLimit } from './byte-limit.js';
import { skipDeclaration } from './declaration.js';
import type { XmlElement } from './element.js';
import type { Limits } from './limits.js';
import { skipSpace } from './scan.js';
import { Tokenizer } from './tokenizer.js';
import { type DocumentSetting, TreeBuilder } from './tree-builder.js';
import { utf8Length } from './utf8.js';
import { type XmlCondition, XmlStreamError } from './xml-error.js';

/**
 * Reads a document with anything in it that XMPP allows.
 * @throws XmlStreamError for what is wrong first; `setting.notOne` where nothing is but that it is not exactly one element.
 */
export function readDocument(
  text: string,
  limits: Limits,
  setting: DocumentSetting,
  awaited: (root: XmlElement) => boolean,
): XmlElement {
  const lone = text.search(/\p{Surrogate}/u);
  const known = lone < 0 ? text : text.slice(0, lone);
  let root: XmlElement | undefined;
  const fail = (condition: XmlCondition, message: string, at: number, limit?: keyof Limits): never => {
    throw bytes.errorAt(at, condition, message, limit);
  };
  const check = (at: number, element?: XmlElement): void => {
    const error = bytes.exceededAt(at, element);
    if (error) throw error;
  };
  const tree = new TreeBuilder(
    {
      refuse: (condition, message, limit) => fail(condition, message, tokens.position, limit),
      awaited,
      started: () => check(tokens.position),
    },
    limits,
    setting,
  );
  const bytes = new ByteLimit(tree);
  bytes.chunk.set(known, utf8Length(known));
  const begin = (from: number): number => {
    const at = skipSpace(known, from);
    if (at === known.length) return at;
    if (known.charCodeAt(at) !== 0x3c) fail(setting.notOne, 'text outside of any element', at + 1);
    bytes.begin(at);
    tree.begin();
    return at;
  };
  const tokens = new Tokenizer(
    {
      outside: () => setting.notOne,
      header() {},
      complete(element, at) {
        check(at, element);
        root = element;
        bytes.between = true;
        begin(at);
      },
      fail,
    },
    tree,
  );
  const declaration = skipDeclaration(known);
  if (declaration >= 0) {
    tokens.scan(known, begin(declaration));
    check(known.length);
  }
  if (lone >= 0) throw new XmlStreamError('not-well-formed', 'a lone surrogate');
  if (root === undefined || !bytes.between) throw new XmlStreamError(setting.notOne, 'the XML ends too early');
  return root;
}
