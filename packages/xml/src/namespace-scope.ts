import { isNcName } from './names.js';
import { NS_XML, NS_XMLNS } from './namespaces.js';

/** A namespace that some prefix stands for; one object for each, so that comparing them does not read them. */
export interface KnownNamespace {
  readonly uri: string;
  /** `{uri}`, what the names of attributes in it start with; all of them share it. */
  readonly braced: string;
  uses: number;
}

interface Declaration {
  readonly prefix: string;
  readonly namespace: KnownNamespace;
  /** What the prefix stood for outside. */
  readonly former: KnownNamespace | undefined;
}

/**
 * The prefixes that are declared where the parser stands. One table with an undo list: a look-up costs the same at
 * any depth, and a declaration costs the same however many are in scope.
 */
export class NamespaceScope {
  readonly #prefixes = new Map<string, KnownNamespace>([['xml', { uri: NS_XML, braced: `{${NS_XML}}`, uses: 1 }]]);
  readonly #known = new Map<string, KnownNamespace>();
  readonly #undo: Declaration[] = [];

  /** What `rollback` takes to come back to here. */
  get mark(): number {
    return this.#undo.length;
  }

  /** Prefixes in scope, `xml` not counted. */
  get size(): number {
    return this.#prefixes.size - 1;
  }

  namespaceOf(prefix: string): KnownNamespace | undefined {
    return this.#prefixes.get(prefix);
  }

  bind(prefix: string, uri: string): void {
    let namespace = this.#known.get(uri);
    if (namespace === undefined) {
      namespace = { uri, braced: `{${uri}}`, uses: 0 };
      this.#known.set(uri, namespace);
    }
    namespace.uses++;
    this.#undo.push({ prefix, namespace, former: this.#prefixes.get(prefix) });
    this.#prefixes.set(prefix, namespace);
  }

  rollback(mark: number): void {
    while (this.#undo.length > mark) {
      const { prefix, namespace, former } = this.#undo.pop() as Declaration;
      if (former === undefined) this.#prefixes.delete(prefix);
      else this.#prefixes.set(prefix, former);
      if (--namespace.uses === 0) this.#known.delete(namespace.uri);
    }
  }
}

/** What forbids that declaration (XML Namespaces §3, §5), or undefined. The default namespace has the prefix ''. */
export function badDeclaration(prefix: string, namespace: string): string | undefined {
  if (prefix === 'xml') return namespace === NS_XML ? undefined : 'the prefix xml is bound to another namespace';
  if (prefix === 'xmlns') return 'the prefix xmlns is declared';
  if (namespace === NS_XML || namespace === NS_XMLNS) return `the reserved namespace ${namespace} is declared`;
  if (prefix === '') return undefined;
  if (!isNcName(prefix)) return 'a namespace declaration has a malformed prefix';
  if (namespace === '') return `the prefix ${prefix} is bound to no namespace`;
  return undefined;
}
