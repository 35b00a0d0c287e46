import { parse, visit } from '@sestina/xep-0393';
import { element } from '../dom.js';

const LINK = /https?:\/\/[^\s<>"]+/gu;
/** What ends a sentence rather than an address. */
const TRAILING = /[.,;:!?'’”)\]}]+$/u;

const TAGS = { emphasis: 'em', pre: 'code', quote: 'blockquote', strike: 's', strong: 'strong' } as const;

/** The text of a message with its styles (XEP-0393) and links; each piece of it is a text node. */
export function textOf(text: string, unstyled: boolean): DocumentFragment {
  const root = document.createDocumentFragment();
  const open: Node[] = [root];
  const top = (): Node => open.at(-1) ?? root;
  visit(parse(text, { unstyled }), {
    enter: (part) => {
      const tag = part.kind === 'pre' && 'spans' in part ? 'pre' : TAGS[part.kind as keyof typeof TAGS];
      const node = tag ? element(tag) : document.createDocumentFragment();
      open.push(node);
    },
    leaf: ({ kind, begin, end }) => {
      const piece = text.slice(begin, end);
      if (kind === 'directive') top().appendChild(element('span', { className: 'directive' }, piece));
      else appendLinked(top(), piece);
    },
    leave: () => {
      const node = open.pop();
      if (node) top().appendChild(node);
    },
  });
  return root;
}

/** Addresses become links, and show where they lead: letters of other scripts in a host are written out. */
function appendLinked(parent: Node, text: string): void {
  let done = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const address = found.replace(TRAILING, '');
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url?.username !== '' || url.password !== '') continue;
    parent.appendChild(document.createTextNode(text.slice(done, index)));
    parent.appendChild(linkTo(url, address));
    done = index + address.length;
  }
  parent.appendChild(document.createTextNode(text.slice(done)));
}

/** A link that tells the other page nothing of this one. */
function linkTo(url: URL, typed: string): HTMLAnchorElement {
  const link = element('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer', dir: 'ltr' });
  const shown = `${url.origin}${decoded(`${url.pathname}${url.search}${url.hash}`)}`;
  link.textContent = shown === `${typed}/` ? typed : shown;
  return link;
}

function decoded(path: string): string {
  try {
    // Nothing invisible, and nothing that turns the direction of writing.
    return decodeURI(path).replace(/[\p{C}\p{Z}]/gu, (character) => encodeURIComponent(character));
  } catch {
    return path;
  }
}
