import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const conditions = ['@sestina/source', ...defaultServerConditions];

// The tests of the packages as `npm run unit` runs them, with what they send noted.
export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['plugins/*/test/**/*.test.ts'],
    setupFiles: ['test/conformance/record-sent.ts'],
    testTimeout: 60_000,
  },
});
