import { type Summary, spread } from './stats.js';
import type { CaseResult, Machine, Report, Row, Table } from './types.js';

const HALF = 'middle half';

/** A number with three significant digits and groups of three. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function targetOf({ target }: Row, unit: string): string {
  if (!target) return '';
  const { absolute, atLeast, atMost, met } = target;
  const bounds = [atLeast === undefined ? '' : `≥ ${atLeast}`, atMost === undefined ? '' : `≤ ${atMost}`];
  return `${bounds.filter(Boolean).join(', ')}${absolute ? ` ${unit}` : ''} ${met ? 'met' : 'MISSED'}`;
}

/** The cells of a table, the first row its head. */
export function cells({ metric, base, rows }: Table): string[][] {
  const { compared = true } = metric;
  const between = ({ quartiles }: Summary): string => quartiles.map(number).join('–');
  const apart = (summary: Summary): string => `${Math.round(spread(summary) * 100)} %`;
  const ratio = metric.moreIsBetter ? `${base} ÷ it` : `it ÷ ${base}`;
  return [
    ['', `${metric.label} (${metric.unit})`, HALF, 'spread', ...(compared ? [ratio, HALF, 'spread'] : []), 'target'],
    ...rows.map((row) => [
      row.contender,
      number(row.value.median),
      between(row.value),
      apart(row.value),
      ...(compared ? [number(row.ratio.median), between(row.ratio), apart(row.ratio)] : []),
      targetOf(row, metric.unit),
    ]),
  ];
}

/** Columns for a terminal. */
export function textTable(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return table.map((row) => line(row).trimEnd()).join('\n');
}

/** The same in Markdown. */
export function markdownTable(table: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]): string => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const [head = [], ...rows] = table;
  const rule = head.map((_, i) => (i === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** What became of contenders that failed, a line for each. */
export function failures({ failed = {} }: CaseResult): string[] {
  return Object.entries(failed).map(([name, error]) => `${name} failed: ${error}`);
}

export function machineText(machine: Machine): string {
  const { cpu, cores, memory, platform, node, load, peers } = machine;
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  return [
    `${cores} × ${cpu}, ${number(memory / 2 ** 30)} GiB, ${platform}, Node.js ${node}; load ${load.toFixed(2)} at the start.`,
    `Peers: ${versions.join(', ')}.`,
  ].join('\n');
}

/** The whole report for a terminal. */
export function reportText(report: Report): string {
  const parts = [machineText(report.machine)];
  if (report.quick) parts.push('A quick run: few rounds, little work, no figures to go by.');
  for (const { id, title, cases } of report.scenarios) {
    parts.push(`(${id}) ${title}`);
    for (const each of cases) {
      parts.push(each.title, ...each.tables.map((table) => textTable(cells(table))), ...failures(each));
    }
  }
  return `${parts.join('\n\n')}\n`;
}
