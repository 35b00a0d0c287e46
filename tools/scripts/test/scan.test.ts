import { describe, expect, it } from 'vitest';
import { imports, scan } from '../lib/scan.mjs';

const named = (source: string) => imports(scan(source)).map(({ specifier }) => specifier);

describe('scan', () => {
  it('blanks comments, strings, patterns and templates, and keeps the code inside a template', () => {
    const { code } = scan('a(/* x */ "let b", /let \\/[/]c/g, `let ${let_d({ e: 1 })} f`) // let g\nlet h;');
    expect(code.replace(/\s+/g, ' ')).toBe('a( " ", / /, ` {let_d({ e: 1 })} `) let h;');
  });

  it('takes a slash after a value for a division', () => {
    expect(scan('x = a / b; let c = 1 / 2;').code).toBe('x = a / b; let c = 1 / 2;');
  });
});

describe('imports', () => {
  it.each([
    ["import a from 'x';", 'x'],
    ["import type { A } from 'x';", 'x'],
    ["import {\n  a,\n} from 'x';", 'x'],
    ["import 'x';", 'x'],
    ["export * from 'x';", 'x'],
    ["const a = await import('x');", 'x'],
    ["let a: import('x').A;", 'x'],
    ["declare module 'x' {}", 'x'],
    ['/// <reference types="x" />', 'x'],
    ["const a = require('x');", 'x'],
  ])('sees %j', (source, specifier) => {
    expect(named(source)).toEqual([specifier]);
  });

  it('sees no import in comments, strings and methods', () => {
    expect(named(`// import 'x'\nconst a = "import 'x'"; Array.from('x'); a.import('x'); a.require('y');`)).toEqual([]);
  });

  it('knows that it cannot tell a computed import', () => {
    expect(named('await import(name)')).toEqual([undefined]);
  });
});
