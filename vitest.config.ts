import { defaultServerConditions } from 'vite';
import { configDefaults, defineConfig } from 'vitest/config';

const conditions = ['@sestina/source', ...defaultServerConditions];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
};

/** Two thousand simulated lives, which take longer than all that one waits for after a change. */
const SEEDS = 'tools/sim/test/seeds-*.test.ts';

const counted = process.env['CI'] || process.env['SESTINA_COUNTS'];

export default defineConfig({
  test: {
    reporters: counted ? ['default', './tools/scripts/ci-reporter.mjs'] : ['default'],
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          isolate: false,
          // For a busy machine: none of them waits for anything but the processor.
          testTimeout: 30_000,
          include: [
            'packages/*/test/**/*.test.ts',
            'plugins/*/test/**/*.test.ts',
            'site/test/*.test.ts',
            'tools/create-sestina-plugin/test/**/*.test.ts',
            'tools/release/test/**/*.test.ts',
            'tools/runtimes/test/**/*.test.ts',
            'tools/scripts/test/**/*.test.ts',
            'tools/sim/test/**/*.test.ts',
            'test/badxml/*.test.ts',
            'test/conformance/*.test.ts',
            'test/connecting/*.test.ts',
            'test/fuzz/*.test.ts',
            'test/faults/*.test.ts',
            'test/laws/*.test.ts',
            'test/malice/*.test.ts',
            'test/manners/*.test.ts',
            'test/plugins/**/*.test.ts',
            'test/snippets/*.test.ts',
          ],
          exclude: [SEEDS, ...configDefaults.exclude],
        },
      },
      {
        ...shared,
        test: {
          name: 'simulation',
          isolate: false,
          testTimeout: 60_000,
          include: [SEEDS],
        },
      },
      {
        ...shared,
        test: {
          name: 'servers',
          include: ['tools/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [
            'tools/create-sestina-plugin/**',
            'tools/release/**',
            'tools/runtimes/**',
            'tools/scripts/**',
            'tools/sim/**',
            'test/badxml/**',
            'test/conformance/**',
            'test/connecting/**',
            'test/fuzz/**',
            'test/faults/**',
            'test/laws/**',
            'test/malice/**',
            'test/manners/**',
            'test/plugins/**',
            'test/snippets/**',
            ...configDefaults.exclude,
          ],
          // They wait more than they work. What fails beside others runs once more by itself: tools/scripts/test.mjs.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
