import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './files.js';
import { cells, failures, machineText, markdownTable } from './format.js';
import type { Report } from './types.js';

/** The document that the figures are in. */
export const DOCUMENT = join(ROOT, 'docs/performance.md');

/** The parts of it that are written by programs. */
export type Section = 'figures' | 'sizes';

/** The figures of a report, for a document. */
export function figures({ date, quick, rounds, machine, scenarios }: Report): string {
  const how = quick ? 'a quick run, which says nothing about speed' : `${rounds} rounds`;
  const parts = [`Measured on ${date.slice(0, 10)}, ${how}. ${machineText(machine).replace('\n', ' ')}`];
  for (const { id, title, cases } of scenarios) {
    parts.push(`### (${id}) ${title}`);
    for (const each of cases) {
      parts.push(`**${each.title}**`, ...each.tables.map((table) => markdownTable(cells(table))), ...failures(each));
    }
  }
  return parts.join('\n\n');
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
