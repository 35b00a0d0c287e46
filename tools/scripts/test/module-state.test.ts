import { describe, expect, it } from 'vitest';
import { checkModuleState } from '../module-state.mjs';
import { file } from './fixtures.js';

const lines = (...source: string[]) =>
  checkModuleState([file('packages/core/src/a.ts', ...source)]).map(({ line }) => line);

describe('module state', () => {
  it.each([
    'let a = 1;',
    'export let a: number;',
    'var a;',
    'const a = new Map();',
    'export const a = new Map<string, () => void>();',
    'const a: Map<string, number> = new Map();',
    'const a = new WeakMap<object, string>();',
    'const a = new Array(3);',
    'const a: string[] = [];',
    'const a: Record<string, string> = {};',
    'class A { static readonly b = new Map(); }',
    'class A { static count = 0; }',
    'class A { static b?: A; }',
    '// module-state:\nlet a;',
  ])('%j is found', (source) => {
    expect(lines(...source.split('\n'))).toHaveLength(1);
  });

  it.each([
    'const a: ReadonlyMap<string, number> = new Map([["a", 1]]);',
    'const a: ReadonlySet<() => void> = new Set();',
    'const a: readonly string[] = [];',
    'const a = [1, 2] as const;',
    'function f() { let a = 1; const b = new Map(); }',
    'const f = () => { let a = 1; };',
    'for (let i = 0; i < 3; i++) g(i);',
    'class A { #b = new Map(); static readonly c = 1; static d() { let e; } static async f() {} }',
    '// let a = 1;',
    'const a = "let b";',
    'let a = 1; // module-state: the test of this check',
    '// module-state: the test of this check,\n// in two lines\nlet a = 1;',
  ])('%j is not', (source) => {
    expect(lines(...source.split('\n'))).toEqual([]);
  });

  it('is found on its line', () => {
    expect(lines('const a = `', '${b}', '`;', '', 'let c;')).toEqual([5]);
  });
});
