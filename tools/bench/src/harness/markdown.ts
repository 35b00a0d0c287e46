import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './files.js';
import { cells, machineText, markdownTable } from './format.js';
import type { Report } from './types.js';

const FILE = join(ROOT, 'docs/performance.md');
const START = '<!-- figures: written by `npm run bench -- --markdown` -->';
const END = '<!-- end of figures -->';

/** The figures of a report, for a document. */
function figures({ date, quick, rounds, machine, scenarios }: Report): string {
  const how = quick ? 'a quick run, which says nothing about speed' : `${rounds} rounds`;
  const parts = [`Measured on ${date.slice(0, 10)}, ${how}. ${machineText(machine).replace('\n', ' ')}`];
  for (const { id, title, cases } of scenarios) {
    parts.push(`### (${id}) ${title}`);
    for (const each of cases) {
      parts.push(`**${each.title}**`, ...each.tables.map((table) => markdownTable(cells(table))));
    }
  }
  return parts.join('\n\n');
}

/**
 * Replaces what is between the two marker comments of docs/performance.md.
 * @throws Error where the markers are not there.
 */
export async function writeFigures(report: Report): Promise<string> {
  const text = await readFile(FILE, 'utf8');
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  if (start < 0 || end < start) throw new Error(`${FILE} lacks the lines "${START}" and "${END}"`);
  await writeFile(FILE, `${text.slice(0, start + START.length)}\n\n${figures(report)}\n\n${text.slice(end)}`);
  return FILE;
}
