import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pluginPackages, ROOT } from '../harness/files.js';
import { type Bundle, bundle, type Weight } from './bundle.js';

/** One line of the table; bytes. */
export interface SizeRow extends Weight {
  readonly name: string;
}

const HERE = fileURLToPath(new URL('../../', import.meta.url));
const PEERS = join(HERE, 'peers');

/** The program that the first budget is about. */
export const WHOLE = 'client + websocket + SCRAM';

const PROGRAM =
  "export { ClientXMPP } from '@sestina/client'; export { WebSocketTransportFactory } from '@sestina/websocket';";

const DEPENDENCIES = ['tsyringe'];

function less(name: string, a: Bundle, b: Bundle): SizeRow {
  return { name, minified: a.minified - b.minified, gzipped: a.gzipped - b.gzipped };
}

/** The program, and the parts of it. */
export async function wholeRows(): Promise<{ whole: Bundle; rows: SizeRow[] }> {
  const from = HERE;
  const whole = await bundle(PROGRAM, { from });
  const rows: SizeRow[] = [{ name: WHOLE, minified: whole.minified, gzipped: whole.gzipped }];
  for (const name of DEPENDENCIES) rows.push(less(name, whole, await bundle(PROGRAM, { from, without: [name] })));
  rows.push(...ownRows(await bundle(PROGRAM, { from, without: DEPENDENCIES, sources: true })), notImported(whole));
  return { whole, rows };
}

/**
 * Our packages, without what they depend on, and the folders of the largest. Compression is of the whole: each is given its share
 * by bytes.
 */
function ownRows(own: Bundle): SizeRow[] {
  const packages = new Map<string, number>();
  const folders = new Map<string, number>();
  const add = (sums: Map<string, number>, name: string, bytes: number) => sums.set(name, (sums.get(name) ?? 0) + bytes);
  for (const [path, { bytesInOutput }] of Object.entries(own.files)) {
    const [, name, folder] = /packages\/([^/]+)\/src\/(?:([^/]+)\/)?/.exec(path) ?? [];
    if (name !== undefined) add(packages, `@sestina/${name}`, bytesInOutput);
    if (name === 'core' && bytesInOutput > 0) add(folders, `@sestina/core: ${folder ?? 'the rest'}`, bytesInOutput);
  }
  const rows = (sums: Map<string, number>) =>
    [...sums]
      .filter(([, bytes]) => bytes > 0)
      .sort(([, a], [, b]) => b - a)
      .map(([name, minified]): SizeRow => {
        return { name, minified, gzipped: Math.round((minified * own.gzipped) / own.minified) };
      });
  const [largest, ...others] = rows(packages);
  return largest ? [largest, ...rows(folders), ...others] : [];
}

/** What is in the program of plugins, none of which it imports. */
function notImported({ files }: Bundle): SizeRow {
  let minified = 0;
  for (const [path, { bytesInOutput }] of Object.entries(files)) {
    if (/(?:^|\/)plugins\/[^/]+\/dist\//.test(path)) minified += bytesInOutput;
  }
  return { name: 'plugins that are not imported', minified, gzipped: minified };
}

/** What each plugin, with the plugins that it needs, adds to the program. */
export async function pluginRows(whole: Bundle): Promise<SizeRow[]> {
  const rows: SizeRow[] = [];
  for (const name of (await Promise.all((await pluginPackages()).map(weighedOf))).flat()) {
    const both = await bundle(`${PROGRAM} export * from '${name}';`, { from: HERE });
    rows.push(less(name, both, whole));
  }
  return rows;
}

/** What is weighed of a package: all of it, and of a preset each of its entries, which are there for the sake of what they weigh. */
async function weighedOf(name: string): Promise<string[]> {
  if (!name.startsWith('@sestina/preset-')) return [name];
  const manifest = join(ROOT, 'plugins', name.slice('@sestina/'.length), 'package.json');
  const { exports } = JSON.parse(await readFile(manifest, 'utf8')) as { exports: object };
  const entries = Object.keys(exports).filter((entry) => entry !== './package.json');
  return entries.map((entry) => name + entry.slice(1));
}

/** The same for others, as far as they can be compared. */
export async function peerRows(): Promise<SizeRow[]> {
  const row = async (name: string, code: string): Promise<SizeRow> => {
    // xmpp.js leaves what is Node's to the bundler.
    const { minified, gzipped } = await bundle(code, { from: PEERS, without: ['node:dns'] });
    return { name, minified, gzipped };
  };
  return Promise.all([
    row('xmpp.js (no SCRAM in browsers)', "export { client } from '@xmpp/client';"),
    row('strophe.js', "export { Strophe } from 'strophe.js';"),
    row('stanza (all its plugins)', "export { createClient } from 'stanza';"),
  ]);
}
