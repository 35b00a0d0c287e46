// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { ROOT } from '../../lib/repo.mjs';

const { plan, cache } = JSON.parse(process.env['SESTINA_CHANGES'] ?? '{}');
const { sources, laws } = JSON.parse(readFileSync(plan, 'utf8'));
const conditions = ['@sestina/source', ...defaultServerConditions];
const INSIDE = fileURLToPath(new URL('.', import.meta.url));
const IN_PLACE = join(INSIDE, 'vitest.mjs');
const FROM_VITEST = /from 'vitest'/g;

export default defineConfig({
  root: ROOT,
  cacheDir: cache,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  plugins: [
    {
      name: 'changes',
      enforce: 'pre',
      load: (id) => sources[id.replace(/\?.*/, '')],
      transform(code, id) {
        if (!id.startsWith(ROOT) || id.includes('node_modules') || id.startsWith(INSIDE)) return undefined;
        const text = code.replace(FROM_VITEST, `from ${JSON.stringify(IN_PLACE)}`);
        // Those of all packages, for one.
        return id.endsWith('/test/laws/plugins.test.ts') ? text.replace('pluginFolders()', JSON.stringify(laws)) : text;
      },
    },
  ],
  test: {
    include: ['tools/scripts/mutate/inside/changes.test.mjs'],
    pool: 'forks',
    isolate: false,
    maxWorkers: 1,
    dangerouslyIgnoreUnhandledErrors: true,
    reporters: ['dot'],
    watch: false,
  },
});
