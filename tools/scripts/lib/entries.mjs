// @ts-check

/** What entries of a package share, or load later. */
export const CHUNKS = './dist/chunks/*.js';

/**
 * The modules that a package.json leads to, by a name that others import or by one of the package's own.
 * @param {any} manifest
 * @returns {string[]}
 */
export function entries({ exports = {}, imports = {} }) {
  /** @param {unknown} target @returns {unknown[]} */
  const files = (target) =>
    typeof target === 'object' && target !== null ? Object.values(target).flatMap(files) : [target];
  const paths = files([exports, imports]).filter((path) => typeof path === 'string');
  return [...new Set(paths)].filter((path) => /^\.\/dist\/.*\.js$/.test(path));
}
