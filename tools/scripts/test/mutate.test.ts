import { describe, expect, it } from 'vitest';
import { addedLines } from '../mutate/changed.mjs';
import { isChosen, shouldIgnore } from '../mutate/ignored.mjs';
import { type Change, countsOf, lines, row } from '../mutate/report.mjs';

const DIFF = `diff --git a/plugins/xep-0092/src/version.ts b/plugins/xep-0092/src/version.ts
--- a/plugins/xep-0092/src/version.ts
+++ b/plugins/xep-0092/src/version.ts
@@ -10,0 +11,3 @@ class A {
+x
+y
+z
@@ -20 +23 @@ class A {
-a
+b
@@ -30,2 +32,0 @@ class A {
-a
-b
diff --git a/gone.ts b/gone.ts
--- a/gone.ts
+++ /dev/null
@@ -1,2 +0,0 @@
-a
-b
`;

it('what a diff adds or changes is changed again, and not what it takes away', () => {
  expect(addedLines(DIFF)).toEqual(['plugins/xep-0092/src/version.ts:11-13', 'plugins/xep-0092/src/version.ts:23-23']);
});

describe('the report', () => {
  const at = (line: number, from: number, to: number) => ({
    start: { line, column: from },
    end: { line, column: to },
  });
  const results = {
    'a.ts': {
      source: 'if (a < 1) b();\nc(d ?? 5);\n',
      mutants: [
        { status: 'NoCoverage', mutatorName: 'LogicalOperator', replacement: 'd && 5', location: at(2, 3, 9) },
        { status: 'Survived', mutatorName: 'EqualityOperator', replacement: 'a <= 1', location: at(1, 5, 10) },
        { status: 'Killed', mutatorName: 'ConditionalExpression', replacement: 'true', location: at(1, 5, 10) },
        { status: 'Timeout', mutatorName: 'ConditionalExpression', replacement: 'false', location: at(1, 5, 10) },
        { status: 'Ignored', mutatorName: 'StringLiteral', replacement: '""', location: at(1, 1, 1) },
      ],
    },
  };

  it('counts what was noticed, by a failure or by no end, and leaves out what was not tried', () => {
    const counts = countsOf(results);
    expect(counts).toEqual({ killed: 2, survived: 1, unreached: 1, score: 50 });
    expect(row('plugins/a', counts)).toBe('| plugins/a | 2 | 1 | 1 | 50.0 % |');
    expect(countsOf({}), 'nothing was tried: that is no success').toBeUndefined();
    expect(countsOf(undefined)).toBeUndefined();
  });

  it('says where, what it was, and what it was changed to', () => {
    expect(lines(results)).toEqual([
      'a.ts:1 EqualityOperator: a < 1 → a <= 1',
      'a.ts:2 LogicalOperator: d ?? 5 → d && 5 (no test comes there)',
    ]);
  });
});

describe('not tried', () => {
  it('are the texts of errors', () => {
    const text = { type: 'StringLiteral' };
    const parent = (name: string) => ({ type: 'NewExpression', callee: { type: 'Identifier', name } });
    expect(shouldIgnore({ node: text, parent: parent('ConfigError') })).toBeDefined();
    expect(shouldIgnore({ node: text, parent: { type: 'CallExpression', callee: { type: 'Super' } } })).toBeDefined();
    expect(shouldIgnore({ node: text, parent: parent('JID') })).toBeUndefined();
    expect(shouldIgnore({ node: { type: 'NumericLiteral' }, parent: parent('ConfigError') })).toBeUndefined();
  });

  it('are lines of a log, what a wait is for, and what an option has to be', () => {
    const node = { type: 'StringLiteral' };
    const name = (text: string) => ({ type: 'Identifier', name: text });
    const logger = { type: 'MemberExpression', property: { type: 'PrivateName', id: name('logger') } };
    const call = (object: { type: string }, method: string) => ({
      type: 'CallExpression',
      callee: { type: 'MemberExpression', object, property: name(method) },
    });
    expect(shouldIgnore({ node, parent: call(logger, 'warn') })).toBeDefined();
    expect(shouldIgnore({ node, parent: call(name('logger'), 'debug') })).toBeDefined();
    expect(shouldIgnore({ node, parent: call(name('errors'), 'error') })).toBeUndefined();
    expect(shouldIgnore({ node, parent: { type: 'ObjectProperty', key: name('what') } })).toBeDefined();
    expect(shouldIgnore({ node, parent: { type: 'ObjectProperty', key: name('how') } })).toBeUndefined();
    const check = (args: unknown[]) => ({ type: 'CallExpression', callee: name('checkOption'), arguments: args });
    expect(shouldIgnore({ node, parent: check([{}, {}, {}, node]) })).toBeDefined();
    expect(shouldIgnore({ node, parent: check([node]) })).toBeUndefined();
  });

  it('are all changes but a share, the same for a seed', () => {
    const change = (line: number) => ({ fileName: 'a.ts', location: { start: { line, column: 1 } } }) as Change;
    const kept = (share: number, seed = 1) =>
      Array.from({ length: 1_000 }, (_, line) => line).filter((line) => isChosen(change(line), { share, seed }));
    expect(kept(1)).toHaveLength(1_000);
    expect(kept(0.3).length).toBeGreaterThan(200);
    expect(kept(0.3).length).toBeLessThan(400);
    expect(kept(0.3)).toEqual(kept(0.3));
    expect(kept(0.3, 2)).not.toEqual(kept(0.3));
  });
});
