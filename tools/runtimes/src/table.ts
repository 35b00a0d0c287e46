import type { Proof } from './proof.js';
import { SECTIONS, versionOf } from './tools.js';

const BEGIN = '<!-- what `npm run runtimes -- --write` has shown -->\n';
const END = '<!-- to here -->\n';

/** What was shown with each tool, as a table of Markdown for each section. */
export function tableOf(proofs: readonly Proof[]): string {
  const tables = SECTIONS.map((section) => {
    const tools = [...new Set(proofs.map(({ tool }) => tool))].filter((tool) => tool.section === section);
    const rows = tools.map((tool) => {
      const shown = proofs.filter((proof) => proof.tool === tool).map(({ what }) => what);
      return `| ${tool.title} | ${versionOf(tool)} | ${shown.join(' · ')} |\n`;
    });
    return `### ${section}\n\n| with | version | shown |\n| --- | --- | --- |\n${rows.join('')}`;
  });
  return `\n${tables.join('\n')}\n`;
}

/** The part of a page that the tables are in. @throws Error where the page has none. */
export function tablesIn(page: string): string {
  const [from, to] = placeIn(page);
  return page.slice(from, to);
}

/** The page with these tables. @throws Error where it has no place for them. */
export function withTables(page: string, tables: string): string {
  const [from, to] = placeIn(page);
  return page.slice(0, from) + tables + page.slice(to);
}

function placeIn(page: string): readonly [from: number, to: number] {
  const from = page.indexOf(BEGIN) + BEGIN.length;
  const to = page.indexOf(END);
  if (from < BEGIN.length || to < from) throw new Error(`the page has no lines ${BEGIN.trim()} and ${END.trim()}`);
  return [from, to];
}
