// @ts-check
// Time and chance reach core and the plugins through core's services alone, so that a test can stop and steer them.
// Biome's noRestrictedGlobals does the same for plain globals (setTimeout, fetch, console); this is about members.
import { isMain, publishable, report, typescript } from './lib/repo.mjs';
import { lineOf, scan } from './lib/scan.mjs';

/** @import { Finding, SourceFile } from './lib/repo.mjs' */

/** @type {[RegExp, string][]} */
const MEMBERS = [
  [/(?<![\w$#])Date\s*\.\s*now\b/g, 'Date.now: ask the Clock service'],
  [/(?<![\w$.#])new\s+Date\b(?!\s*\(\s*[^\s)])/g, 'new Date() reads the time: ask the Clock service'],
  [/(?<![\w$.#]|new\s+)Date\s*\(\s*\)/g, 'Date() reads the time: ask the Clock service'],
  [/(?<![\w$#])performance\s*\.\s*now\b/g, 'performance.now: ask the Clock service'],
  [/(?<![\w$#])Math\s*\.\s*random\b/g, 'Math.random: ask the Random service'],
  [/(?<![\w$#])crypto\s*\.\s*(?:getRandomValues|randomUUID)\b/g, 'random bytes: ask the Random service'],
  [
    /(?<![\w$#])(?:globalThis|window|self)\s*\.\s*(?:setTimeout|setInterval|setImmediate|fetch|console)\b/g,
    'a global of the platform: ask a service of core',
  ],
];

/** @param {string} path */
const isGuarded = (path) =>
  /^(?:packages\/(?:core|sasl|client|component)|plugins\/[^/]+)\/src\//.test(path) &&
  !path.startsWith('packages/core/src/services/');

/** @param {SourceFile[]} files @returns {Finding[]} */
export function checkPlatform(files) {
  return files
    .filter(({ path }) => isGuarded(path))
    .flatMap(({ path, text }) => {
      const { code } = scan(text);
      return MEMBERS.flatMap(([pattern, message]) =>
        [...code.matchAll(pattern)].map(({ index }) => ({ path, line: lineOf(text, index), message })),
      );
    });
}

if (isMain(import.meta.url)) report(checkPlatform(typescript(publishable(), 'src')));
