// Looks at packed packages: node packages.mjs publint|attw FOLDER. Each finding is a failure.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const [name, folder = ''] = process.argv.slice(2);
const files = (await readdir(folder)).filter((file) => file.endsWith('.tgz')).sort();
if (files.length === 0) throw new Error(`nothing is packed in ${folder}`);

/** @param {Buffer} tarball @returns {Promise<string[]>} */
async function publint(tarball) {
  const { publint } = await import('publint');
  const { formatMessage } = await import('publint/utils');
  const { buffer, byteOffset, byteLength } = tarball;
  const { messages, pkg } = await publint({
    pack: { tarball: buffer.slice(byteOffset, byteOffset + byteLength) },
    strict: true,
  });
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
}

// What only ESM packages cannot give, and do not: the profile `esm-only`.
const IGNORED = new Set(['node10', 'node16-cjs']);

/** @param {Buffer} tarball @returns {Promise<string[]>} */
async function attw(tarball) {
  const { checkPackage, createPackageFromTarballData } = await import('@arethetypeswrong/core');
  const { types, problems = [] } = await checkPackage(createPackageFromTarballData(tarball));
  if (!types) return ['it has no types'];
  return problems
    .filter(({ resolutionKind }) => !IGNORED.has(resolutionKind))
    .map((problem) => JSON.stringify(problem));
}

const look = { publint, attw }[name ?? ''];
if (!look) throw new Error(`no tool ${name}`);
let found = 0;
for (const file of files) {
  for (const finding of await look(await readFile(join(folder, file)))) {
    console.error(`${file}: ${finding}`);
    found++;
  }
}
if (found > 0) throw new Error(`${found} findings`);
console.log(`${files.length} packages`);
