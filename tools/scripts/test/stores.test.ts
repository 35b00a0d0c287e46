import { describe, expect, it } from 'vitest';
import { checkStores } from '../stores.mjs';
import { file } from './fixtures.js';

const lines = (path: string, ...source: string[]) => checkStores([file(path, ...source)]).map(({ line }) => line);
const inClass = (field: string) => lines('plugins/xep-0001/src/a.ts', 'class A {', ...field.split('\n'), '}');

describe('stores', () => {
  it.each([
    '  readonly #a = new Map<string, number>();',
    '  #a = new LazySet<string>();',
    '  private readonly a: Map<string, number> = new Map();',
    '  readonly #a = new Map<JID, number>();',
    '  readonly #a = new Map<\n    string,\n    number\n  >();',
    '  #a: Entry[] = [];',
    '  readonly #a: (Uint8Array | string)[] = [];',
    '  readonly #a: Readonly<Record<Field, Map<string, Entry>>> = { id: new Map() };',
    '  // bound:\n  #a: Entry[] = [];',
    '  /** Of which the bound is said nowhere. */\n  #a: Entry[] = [];',
  ])('%j is found', (field) => {
    expect(inClass(field)).toHaveLength(1);
  });

  it.each([
    '  readonly #a = new LruMap<string, number>({ maxEntries: 1 });',
    '  readonly #a = new Map<Handler, Entry>();',
    '  readonly #a = new Set<() => void>();',
    '  #a: readonly Entry[] = [];',
    '  #a: ReadonlyMap<string, number> = new Map();',
    '  readonly #a = new Map<string, number>(); // bound: handlers of the program',
    '  // bound: requests of ours,\n  // which end\n  #a: Entry[] = [];',
    '  /**\n   * Those who wait.\n   * bound: the gate\n   */\n  #a: Entry[] = [];',
    '  b() {\n    const c = new Map<string, number>();\n    this.#a = new Map<string, number>();\n  }',
  ])('%j is not', (field) => {
    expect(inClass(field)).toEqual([]);
  });

  it('of the parser, and of what is for tests, are bounded by other means', () => {
    for (const path of ['packages/xml/src/a.ts', 'packages/testing/src/a.ts']) {
      expect(lines(path, 'class A {', '  #a = new Map<string, number>();', '}')).toEqual([]);
    }
  });
});
