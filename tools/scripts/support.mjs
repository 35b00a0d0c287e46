// @ts-check
// docs/support.md, docs/compliance.md and docs/sestina.doap: which XEPs there are packages for, made of the field `sestina` of their package.json and of
// what `npm run conformance -- --write` has noted. `--check` changes nothing and exits non-zero where a text is out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { complianceText } from './lib/compliance.mjs';
import { isMain, ROOT, readJson, report, workspaces } from './lib/repo.mjs';

/**
 * @typedef {{ xep: string, version: string, part?: string }} Claim
 * @typedef {{ examples: { read: number, passed: number, excused: number, typed: number },
 *   schema: { checked: number, valid: number, excused: number }, laws: { tried: number, kept: number } }} Counts
 * @typedef {{ dir: string, name: string, title: string, claim: Claim, counts: Counts | undefined }} Support
 */

const SUPPORT = 'docs/support.md';
const COMPLIANCE = 'docs/compliance.md';
const DOAP = 'docs/sestina.doap';
const PRESET = 'plugins/preset-im/package.json';
const TABLE = 'test/conformance/table.json';
const REPOSITORY = readJson(join(ROOT, 'package.json')).homepage;

/** What all packages claim. @returns {Support[]} */
function supported() {
  /** @type {Record<string, Counts>} */
  const table = existsSync(join(ROOT, TABLE)) ? readJson(join(ROOT, TABLE)) : {};
  return workspaces().flatMap(({ dir, manifest }) => {
    const { name, description, sestina } = /** @type {any} */ (manifest);
    if (!dir.startsWith('plugins/') || !sestina) return [];
    const title = description.replace(/^XEP-\d{4}: /, '');
    return [{ dir, name, title, claim: sestina, counts: table[dir.slice('plugins/'.length)] }];
  });
}

/** @param {Support} support */
function rowOf({ dir, name, title, claim: { xep, version, part }, counts }) {
  const link = `[XEP-${xep}](https://xmpp.org/extensions/xep-${xep}.html)`;
  const what = part ? `${title}: ${part}` : title;
  const cells = [link, what, version, `[\`${name}\`](../${dir}/README.md)`];
  if (!counts) return `| ${[...cells, '', '', ''].join(' | ')} |`;
  const { examples, schema, laws } = counts;
  /** @param {number} right @param {number} all @param {number} excused */
  const of = (right, all, excused) =>
    all === 0 ? '' : `${right} of ${all}${excused > 0 ? `, ${excused} excused` : ''}`;
  cells.push(of(examples.passed, examples.read, examples.excused));
  cells.push(of(schema.valid, schema.checked, schema.excused), of(laws.kept, laws.tried, 0));
  return `| ${cells.join(' | ')} |`;
}

/** @param {readonly Support[]} all */
export function supportText(all) {
  return `# What is supported

This page is made by \`npm run sync-support\`: the versions are those that the packages claim, the counts what \`npm run conformance\`
found last.

- **Examples** are those of the specification that are complete. Each is read by its fields, written back and read again.
- **Sent** are the different payloads that the tests of the package send, as the specification's schema sees them.
- **Laws** are [what holds for every plugin](writing-a-plugin.md#the-laws).

What is excused stands in \`test/conformance.json\` of the package, with the reason.

| | | version | package | examples | sent | laws |
| --- | --- | --- | --- | --- | --- | --- |
${all.map(rowOf).join('\n')}
`;
}

/** @param {string} text */
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** A description of the project for the XSF's lists of software (XEP-0453). @param {readonly Support[]} all */
export function doapText(all) {
  const implemented = all.map(({ claim: { xep, version, part } }) =>
    [
      '    <implements>',
      '      <xmpp:SupportedXep>',
      `        <xmpp:xep rdf:resource="https://xmpp.org/extensions/xep-${xep}.html"/>`,
      `        <xmpp:version>${version}</xmpp:version>`,
      ...(part
        ? ['        <xmpp:status>partial</xmpp:status>', `        <xmpp:note>${escaped(part)}</xmpp:note>`]
        : []),
      '      </xmpp:SupportedXep>',
      '    </implements>',
    ].join('\n'),
  );
  const rfcs = ['6120', '6121', '7395', '7622'].map(
    (rfc) => `    <implements rdf:resource="https://www.rfc-editor.org/info/rfc${rfc}"/>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns="http://usefulinc.com/ns/doap#" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:xmpp="https://linkmauve.fr/ns/xmpp-doap#">
  <Project>
    <name>Sestina</name>
    <shortdesc xml:lang="en">The XMPP framework for TypeScript</shortdesc>
    <license rdf:resource="https://spdx.org/licenses/MIT.html"/>
    <programming-language>TypeScript</programming-language>
    <category rdf:resource="https://linkmauve.fr/ns/xmpp-doap#category-library"/>
${REPOSITORY ? `    <homepage rdf:resource="${escaped(REPOSITORY)}"/>\n` : ''}${[...rfcs, ...implemented].join('\n')}
  </Project>
</rdf:RDF>
`;
}

if (isMain(import.meta.url)) {
  const all = supported();
  const preset = new Set(Object.keys(readJson(join(ROOT, PRESET)).peerDependencies));
  const texts = { [SUPPORT]: supportText(all), [COMPLIANCE]: complianceText(all, preset), [DOAP]: doapText(all) };
  const stale = Object.entries(texts).filter(([path, text]) => {
    const at = join(ROOT, path);
    return !existsSync(at) || readFileSync(at, 'utf8') !== text;
  });
  if (process.argv.includes('--check')) {
    report(stale.map(([path]) => ({ path, message: 'it is out of date: run `npm run sync-support`' })));
  } else for (const [path, text] of stale) writeFileSync(join(ROOT, path), text);
}
