// @ts-check
// Loads every entry of every package of ours that an application depends on, as a module and by require(): node every.mjs
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
/** @param {string} path */
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
let count = 0;
for (const name of Object.keys(read('package.json').dependencies).filter((each) => each.startsWith('@sestina/'))) {
  const { exports } = read(`node_modules/${name}/package.json`);
  for (const key of Object.keys(exports).filter((each) => each !== './package.json')) {
    const entry = name + key.slice(1);
    const loaded = await import(entry);
    if (Object.keys(loaded).length === 0) throw new Error(`${entry} exports nothing`);
    if (require(entry) !== loaded) throw new Error(`require() of ${entry} gives other modules`);
    count++;
  }
}
console.log(`${count} entries`);
