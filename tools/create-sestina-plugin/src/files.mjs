// @ts-check
import { readFileSync } from 'node:fs';
import { changesetFile, compilerFiles, manifestFile, readmeFile, repositoryFiles } from './templates/package.mjs';
import { indexFile, pluginFile, stanzaFile } from './templates/sources.mjs';
import { examplesTestFile, lawsFile, lawsTestFile, pluginTestFile } from './templates/tests.mjs';

/** @import { Plan } from './plan.mjs' */

const LICENSE = new URL('../LICENSE', import.meta.url);

/** Every file of the package, by its path below the package's folder; a changeset, which lies in the repository's, has its path there. @param {Plan} plan @returns {Map<string, string>} */
export function filesOf(plan) {
  const { file, inside, draft } = plan;
  const examples = examplesTestFile(plan);
  /** @type {Record<string, string | undefined>} */
  const files = {
    'package.json': manifestFile(plan),
    ...compilerFiles(plan),
    LICENSE: readFileSync(LICENSE, 'utf8'),
    'README.md': readmeFile(plan),
    'src/index.ts': indexFile(plan),
    'src/stanza.ts': stanzaFile(plan),
    [`src/${file}.ts`]: pluginFile(plan),
    'test/laws.ts': lawsFile(plan),
    [`test/${file}.test.ts`]: pluginTestFile(plan),
    ...(examples ? { 'test/examples.test.ts': examples } : {}),
    ...(inside ? {} : { 'test/laws.test.ts': lawsTestFile(), ...repositoryFiles() }),
    ...(inside ? { [`.changeset/${draft ? `xep-${draft.xep}` : file}.md`]: changesetFile(plan) } : {}),
  };
  return new Map(Object.entries(files).flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])));
}
