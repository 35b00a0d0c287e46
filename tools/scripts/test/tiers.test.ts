import { describe, expect, it } from 'vitest';
import { checkTiers } from '../tiers.mjs';
import { file, workspace } from './fixtures.js';

const any = {
  '@sestina/xml': '*',
  '@sestina/core': '*',
  '@sestina/sasl': '*',
  '@sestina/tcp': '*',
  '@sestina/client': '*',
};
const REPO = [
  workspace('packages/xml', { dependencies: { saxes: '*', '@sestina/core': '*' } }),
  workspace('packages/core', {
    dependencies: { saxes: '*', tsyringe: '*', '@sestina/xml': '*', '@sestina/xep-0030': '*' },
  }),
  workspace('packages/sasl', { dependencies: { '@sestina/core': '*', '@noble/hashes': '*' } }),
  workspace('packages/tcp', { dependencies: any }),
  workspace('packages/http', { dependencies: any }),
  workspace('packages/client', { dependencies: { ...any, '@sestina/component': '*', '@sestina/xep-0030': '*' } }),
  workspace('packages/component', { dependencies: any }),
  workspace('packages/testing', { dependencies: { ...any, '@sestina/xep-0030': '*' } }),
  workspace('packages/unknown', { dependencies: any }),
  workspace('plugins/xep-0030', {
    dependencies: { ...any, '@sestina/xep-0004': '*', saxes: '*', tsyringe: '*', '@sestina/testing': '*' },
  }),
  workspace('plugins/preset-im', { dependencies: { ...any, '@sestina/xep-0030': '*' } }),
  workspace('plugins/xep-0004', { peerDependencies: any, devDependencies: { '@sestina/testing': '*' } }),
  workspace('test/live', { dependencies: { ...any, '@sestina/testing': '*' } }),
];

const messages = (path: string, specifier: string) =>
  checkTiers({
    workspaces: REPO,
    rootDevDependencies: ['vitest'],
    files: [file(path, `import { a } from '${specifier}';`)],
  }).map(({ message }) => message);

describe('the tiers', () => {
  it.each([
    ['packages/core/src/a.ts', '@sestina/xep-0030'],
    ['packages/core/src/a.ts', 'node:fs'],
    ['packages/core/src/a.ts', 'fs'],
    ['packages/core/src/a.ts', 'saxes'],
    ['packages/core/src/a.ts', 'tsyringe'],
    ['packages/xml/src/a.ts', '@sestina/core'],
    ['packages/tcp/src/a.ts', '@sestina/xml'],
    ['packages/sasl/src/a.ts', '@sestina/core'],
    ['packages/sasl/src/a.ts', 'node:crypto'],
    ['packages/tcp/src/a.ts', '@sestina/sasl'],
    ['packages/tcp/src/a.ts', '@sestina/client'],
    ['packages/client/src/a.ts', '@sestina/xep-0030'],
    ['packages/client/src/a.ts', '@sestina/component'],
    ['packages/client/src/a.ts', '@sestina/client'],
    ['packages/component/src/a.ts', 'node:crypto'],
    ['packages/http/src/a.ts', '@sestina/tcp'],
    ['packages/http/src/a.ts', 'node:http'],
    ['packages/testing/src/a.ts', '@sestina/client'],
    ['packages/testing/src/a.ts', '@sestina/xep-0030'],
    ['packages/unknown/src/a.ts', '@sestina/core'],
    ['plugins/xep-0030/src/a.ts', '@sestina/client'],
    ['plugins/xep-0030/src/a.ts', '@sestina/xml'],
    ['plugins/xep-0030/src/a.ts', '@sestina/tcp'],
    ['plugins/xep-0030/src/a.ts', '@sestina/testing'],
    ['plugins/xep-0030/src/a.ts', 'tsyringe'],
    ['plugins/xep-0030/src/a.ts', 'saxes'],
    ['plugins/xep-0030/src/a.ts', 'node:fs'],
    ['plugins/xep-0030/src/a.ts', '../../xep-0004/src/b.js'],
    ['plugins/xep-0030/src/a.ts', '@sestina/xep-0004/src/b.js'],
    ['plugins/xep-0030/test/a.test.ts', '@sestina/client'],
    ['plugins/xep-0004/src/a.ts', '@sestina/xep-0030'],
    ['plugins/preset-im/src/a.ts', '@sestina/client'],
    ['plugins/xep-0004/src/a.ts', 'vitest'],
    ['plugins/xep-0004/src/a.ts', '@sestina/testing'],
    ['plugins/xep-0004/test/a.test.ts', '@sestina/xep-0030'],
    ['test/live/a.test.ts', '@sestina/component'],
  ])('%s may not import %s', (path, specifier) => {
    expect(messages(path, specifier)).toHaveLength(1);
  });

  it.each([
    ['packages/xml/src/a.ts', 'saxes'],
    ['packages/core/src/di/a.ts', 'tsyringe'],
    ['packages/core/src/a.ts', '@sestina/xml'],
    ['packages/core/src/a.ts', './b.js'],
    ['packages/sasl/src/a.ts', '@noble/hashes'],
    ['packages/sasl/src/a.ts', '@noble/hashes/sha2.js'],
    ['packages/tcp/src/a.ts', 'node:net'],
    ['packages/client/src/a.ts', '@sestina/sasl'],
    ['packages/client/test/a.test.ts', '@sestina/client'],
    ['plugins/xep-0030/src/a.ts', '@sestina/core'],
    ['plugins/xep-0030/src/a.ts', '@sestina/sasl'],
    ['plugins/xep-0030/src/a.ts', '@sestina/xep-0004'],
    ['plugins/xep-0030/src/deep/a.ts', '../b.js'],
    ['plugins/preset-im/src/a.ts', '@sestina/xep-0030'],
    ['plugins/xep-0004/test/a.test.ts', '@sestina/testing'],
    ['plugins/xep-0004/test/a.test.ts', '../src/a.js'],
    ['plugins/xep-0004/test/a.test.ts', 'vitest'],
    ['plugins/xep-0004/test/a.test.ts', 'node:fs'],
    ['test/live/a.test.ts', '@sestina/client'],
  ])('%s may import %s', (path, specifier) => {
    expect(messages(path, specifier)).toEqual([]);
  });

  it('go by the innermost workspace', () => {
    const outer = workspace('examples', { dependencies: {} });
    const inner = workspace('examples/page', { dependencies: any });
    const imports = "import { a } from '@sestina/core';";
    const check = (path: string) =>
      checkTiers({ workspaces: [outer, inner], rootDevDependencies: [], files: [file(path, imports)] }).length;
    expect([check('examples/page/src/a.ts'), check('examples/a.ts')]).toEqual([0, 1]);
  });

  it('name the line of the import', () => {
    const files = [file('packages/xml/src/a.ts', '// one', "import 'saxes';", "await import('node:fs');")];
    expect(checkTiers({ workspaces: REPO, rootDevDependencies: [], files })).toMatchObject([{ line: 3 }]);
  });
});
