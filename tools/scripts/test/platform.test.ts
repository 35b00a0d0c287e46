import { describe, expect, it } from 'vitest';
import { checkPlatform } from '../platform.mjs';
import { file } from './fixtures.js';

const found = (path: string, source: string) => checkPlatform([file(path, source)]).length;

describe('the platform', () => {
  it.each([
    'const a = Date.now();',
    'const a = new Date();',
    'const a = new Date;',
    'const a = Math.random();',
    'const a = performance.now();',
    'crypto.getRandomValues(a);',
    'globalThis.setTimeout(f);',
  ])('%j is found in core and in a plugin', (source) => {
    expect(found('packages/core/src/a.ts', source)).toBe(1);
    expect(found('plugins/xep-0199/src/a.ts', source)).toBe(1);
  });

  it.each(['new Date(stamp)', 'clock.now()', '// Date.now()', "'Math.random()'", 'Date.parse(a)', 'crypto.subtle'])(
    '%j is not',
    (source) => {
      expect(found('packages/core/src/a.ts', source)).toBe(0);
    },
  );

  it('is free where the services and the transports live', () => {
    expect(found('packages/core/src/services/clock.ts', 'Date.now()')).toBe(0);
    expect(found('packages/tcp/src/a.ts', 'Date.now()')).toBe(0);
    expect(found('packages/core/test/a.test.ts', 'Date.now()')).toBe(0);
  });
});
