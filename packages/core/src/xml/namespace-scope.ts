import { isNcName } from './names.js';
import { NS_XML, NS_XMLNS } from './namespaces.js';

/**
 * The prefixes that are declared where the parser stands. One table with an undo list: a look-up costs the same at
 * any depth, and a declaration costs the same however many are in scope.
 */
export class NamespaceScope {
  readonly #bindings = new Map<string, string>([['xml', NS_XML]]);
  /** Prefix and former namespace in turn. */
  readonly #undo: (string | undefined)[] = [];

  /** What `rollback` takes to come back to here. */
  get mark(): number {
    return this.#undo.length;
  }

  /** Prefixes in scope, `xml` not counted. */
  get size(): number {
    return this.#bindings.size - 1;
  }

  namespaceOf(prefix: string): string | undefined {
    return this.#bindings.get(prefix);
  }

  bind(prefix: string, namespace: string): void {
    this.#undo.push(prefix, this.#bindings.get(prefix));
    this.#bindings.set(prefix, namespace);
  }

  rollback(mark: number): void {
    while (this.#undo.length > mark) {
      const namespace = this.#undo.pop();
      const prefix = this.#undo.pop() as string;
      if (namespace === undefined) this.#bindings.delete(prefix);
      else this.#bindings.set(prefix, namespace);
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
