// Bundles a page with what a bundler does unless told otherwise: node bundle.mjs BUNDLER FOLDER OUTPUT. A warning is a failure.
import { resolve } from 'node:path';

/** @type {Record<string, (folder: string, output: string) => Promise<readonly unknown[]>>} */
const BUNDLERS = {
  async esbuild(folder, outdir) {
    const { build } = await import('esbuild');
    const { warnings } = await build({ entryPoints: [`${folder}/main.js`], bundle: true, outdir, logLevel: 'silent' });
    return warnings.map(({ text, location }) => `${location?.file}: ${text}`);
  },

  async vite(root, outDir) {
    const { build, createLogger } = await import('vite');
    const warnings = [];
    const customLogger = createLogger('warn');
    customLogger.warn = (text) => void warnings.push(text);
    customLogger.warnOnce = customLogger.warn;
    await build({ root, base: './', build: { outDir, emptyOutDir: true }, customLogger });
    return warnings;
  },

  async webpack(folder, path) {
    const { default: webpack } = await import('webpack');
    const stats = await new Promise((resolve, reject) => {
      // Without its advice on size: `npm run size` watches that.
      webpack(
        { mode: 'production', performance: false, entry: `${folder}/main.js`, output: { path } },
        (error, result) => (error ? reject(error) : resolve(result)),
      );
    });
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
    return [...errors, ...warnings].map(({ message }) => message);
  },

  async rollup(folder, dir) {
    const { rollup } = await import('rollup');
    const { default: commonjs } = await import('@rollup/plugin-commonjs');
    const { default: nodeResolve } = await import('@rollup/plugin-node-resolve');
    const warnings = [];
    const bundle = await rollup({
      input: `${folder}/main.js`,
      plugins: [nodeResolve({ browser: true }), commonjs()],
      onwarn: ({ message }) => void warnings.push(message),
    });
    await bundle.write({ dir });
    return warnings;
  },
};

const [name = '', folder = '', output = ''] = process.argv.slice(2);
const warnings = await BUNDLERS[name]?.(resolve(folder), resolve(output));
if (warnings === undefined) throw new Error(`no bundler ${name}`);
for (const warning of warnings) console.error(warning);
if (warnings.length > 0) throw new Error(`${warnings.length} warnings`);
