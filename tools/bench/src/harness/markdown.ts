import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './files.js';
import { cells, failures, machineText, markdownTable, number } from './format.js';
import type { CaseResult, Headline, Report, Row } from './types.js';

/** The document that the figures are in. */
export const DOCUMENT = join(ROOT, 'docs/performance.md');

/** The parts of it that are written by programs. */
export type Section = 'figures' | 'sizes' | 'summary';

/** The figures of a report, for a document. */
export function figures({ date, quick, rounds, machine, scenarios }: Report): string {
  const how = quick ? 'a quick run, which says nothing about speed' : rounds === 1 ? 'one round' : `${rounds} rounds`;
  const parts = [`Measured on ${date.slice(0, 10)}, ${how}. ${machineText(machine).replace('\n', ' ')}`];
  for (const { id, title, cases } of scenarios) {
    parts.push(`### (${id}) ${title}`);
    for (const each of cases) {
      parts.push(`**${each.title}**`, ...each.tables.map((table) => markdownTable(cells(table))), ...failures(each));
    }
  }
  return parts.join('\n\n');
}

/** What stands first: a few figures, each beside the best of the others. */
export function headlines({ date, machine, scenarios }: Report): string {
  const rows = scenarios.flatMap(({ id, cases }) =>
    cases.flatMap((each) => (each.headlines ?? []).flatMap((headline) => headlineRow(id, each, headline))),
  );
  const head = ['', 'Sestina', 'the best of the others', 'which takes', 'see'];
  const { cores, load } = machine;
  return `Measured on ${date.slice(0, 10)}, ${cores} cores, load ${load.toFixed(1)} at the start.\n\n${markdownTable([head, ...rows])}`;
}

function headlineRow(id: string, { tables, peers = [] }: CaseResult, { metric, what }: Headline): string[][] {
  const table = tables.find((each) => each.metric.id === metric);
  const ours = table?.rows.find(({ contender }) => contender === table.base);
  const [best] = (table?.rows ?? [])
    .filter(({ contender }) => peers.includes(contender))
    .sort((a, b) => a.ratio.median - b.ratio.median);
  if (!table || !ours) return [];
  const figure = (row: Row): string => `${number(row.value.median)} ${table.metric.unit}`;
  const other = best ? `${best.contender}: ${figure(best)}` : '–';
  return [[what, figure(ours), other, best ? `${number(best.ratio.median)} ×` : '–', `(${id})`]];
}

/**
 * Replaces what is between the two marker comments of a section.
 * @returns The new text.
 * @throws Error where the markers are not there.
 */
export function replaceSection(document: string, section: Section, content: string): string {
  const first = `<!-- ${section}: `;
  const last = `<!-- end of ${section} -->`;
  const start = document.indexOf('-->', Math.max(document.indexOf(first), 0)) + 3;
  const end = document.indexOf(last);
  if (!document.includes(first) || end < start) throw new Error(`there is no section "${first}… -->" to "${last}"`);
  return `${document.slice(0, start)}\n\n${content}\n\n${document.slice(end)}`;
}

/** Writes a section of docs/performance.md. @throws Error where that lacks its markers. */
export async function writeSection(section: Section, content: string): Promise<void> {
  await writeFile(DOCUMENT, replaceSection(await readFile(DOCUMENT, 'utf8'), section, content));
}
