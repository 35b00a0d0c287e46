// `npm run conformance [-- --write] [--only 0092,0199]`: what every package that claims a XEP makes of the examples of that XEP, of
// its schema, and of the laws. It fails where something that was right is so no more; `--write` notes how it is now.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type ElementClass, Iq, Message, Presence } from '@sestina/core';
import { usage } from '@sestina/scripts/usage';
import { knownIn, pluginLaws, roundTrip } from '@sestina/testing/laws';
import { applicationConnection } from '../laws/law-client.js';
import { pluginsOf } from '../laws/packages.js';
import { type Claim, claims, elementsOf, excusesOf } from './claims.js';
import { canValidate, sentInTests, validate } from './sent.js';
import { Specifications } from './specs.js';
import { falls, type Row, rowText, type Table } from './table.js';

const TABLE = new URL('table.json', import.meta.url);

usage(`npm run conformance -- [OPTION…]
  --only NNNN,…  the XEPs with these numbers (default: all that a package claims)
  --write        notes how it is now in test/conformance/table.json, which the next run is compared with
SESTINA_SPECS in the environment names the folder with the specifications.`);
const { values } = parseArgs({ options: { write: { type: 'boolean' }, only: { type: 'string' } } });
const specs = new Specifications();
if (!specs.exist) {
  console.log(
    `conformance: no specifications in ${process.env['SESTINA_SPECS'] ?? 'the default folder'}: set SESTINA_SPECS`,
  );
  process.exit(2);
}
const only = values.only?.split(',');
const chosen = claims().filter(({ xep }) => !only || only.includes(xep));
const classes = new Map<string, ElementClass[]>();
for (const { folder } of claims()) classes.set(folder, await elementsOf(folder));
const validates = canValidate();
if (!validates) console.log('xmllint is not installed: what is sent is not compared with schemas');
const sent = validates ? sentInTests(chosen.map(({ folder }) => folder)) : undefined;

const faults: string[] = [];
const rows: Table = {};
for (const claim of chosen) {
  const row = await rowOf(claim);
  rows[claim.folder] = row;
  console.log(rowText(claim.folder, row));
}

const recorded: Table = JSON.parse(readFileSync(TABLE, 'utf8'));
for (const fault of new Set(faults)) console.log(`  ${fault}`);
const fallen = falls(recorded, rows, validates);
for (const fall of fallen) console.log(`FALLEN ${fall}`);
if (values.write) writeFileSync(TABLE, `${JSON.stringify({ ...recorded, ...rows }, null, 2)}\n`);
else if (fallen.length > 0 || faults.length > 0) process.exitCode = 1;

async function rowOf(claim: Claim): Promise<Row> {
  const { folder, xep, version } = claim;
  const spec = specs.of(xep);
  const note = (what: string): void => void faults.push(`${folder}: ${what}`);
  if (!spec) note('there is no such specification');
  else if (spec.version !== version) note(`claims version ${version}, and the specification is ${spec.version}`);
  const excuses = excusesOf(folder);
  const own = classes.get(folder) ?? [];
  const all = [...own, Message, Presence, Iq] as ElementClass[];
  const examples = { read: 0, passed: 0, excused: 0, typed: 0 };
  for (const { n, complete, xml } of spec?.examples ?? []) {
    if (!complete) continue;
    examples.read += 1;
    // Some explain themselves by comments, which no stream may have.
    const plain = xml.map((text) => text.replace(/<!--[\s\S]*?-->/g, ''));
    const fault = plain.map((text) => roundTrip(text, all)).find((found) => found !== undefined);
    examples.typed += Math.min(
      1,
      plain.reduce((sum, text) => sum + knownIn(text, own), 0),
    );
    const excuse = excuses.examples?.[n];
    if (fault === undefined) {
      examples.passed += 1;
      if (excuse) note(`example ${n} is excused, and passes`);
    } else if (excuse) examples.excused += 1;
    else note(`example ${n}: ${fault}`);
  }
  const schema = { checked: 0, valid: 0, excused: 0 };
  for (const { fault } of validate(sent?.get(folder) ?? [], xep, specs)) {
    schema.checked += 1;
    if (fault === undefined) schema.valid += 1;
    else if (Object.keys(excuses.sent ?? {}).some((part) => fault.includes(part))) schema.excused += 1;
    else note(`sends what its schema refuses: ${fault}`);
  }
  return { xep, version, examples, schema, laws: await lawsOf(folder, note) };
}

async function lawsOf(folder: string, note: (what: string) => void): Promise<Row['laws']> {
  const laws = { tried: 0, kept: 0 };
  for (const { plugin, declaration } of await pluginsOf(folder)) {
    for (const law of pluginLaws(plugin, declaration, applicationConnection)) {
      laws.tried += 1;
      try {
        await law.check();
        laws.kept += 1;
      } catch (error) {
        note(`${law.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return laws;
}
