import type { SizeRow } from './rows.js';

/** What a row may weigh, in kilobytes of 1,024 bytes, compressed. */
export interface Budget {
  /** What the design asks for. */
  readonly budget: number;
  /**
   * Where the budget is missed: what it weighs now, and a little more. A row above it fails, so that what is too large does not
   * grow unnoticed.
   */
  readonly ceiling?: number;
}

/** By name of the row; `plugin` is for every plugin that has no row of its own. */
export type Budgets = Readonly<Record<string, Budget>>;

/** What is said of a row: nothing where it has no budget. */
export type Verdict = '' | 'met' | 'MISSED' | 'OVER THE CEILING';

export function budgetOf({ name }: SizeRow, budgets: Budgets): Budget | undefined {
  return budgets[name] ?? (/^@sestina\/xep-/.test(name) ? budgets['plugin'] : undefined);
}

/** Above so many kilobytes the row fails; infinity for one without a budget. */
export function allowed(row: SizeRow, budgets: Budgets): number {
  const budget = budgetOf(row, budgets);
  return budget?.ceiling ?? budget?.budget ?? Number.POSITIVE_INFINITY;
}

/** A missed budget is `MISSED` up to what is allowed. */
export function judge(row: SizeRow, budgets: Budgets): Verdict {
  const budget = budgetOf(row, budgets);
  if (!budget) return '';
  const kilobytes = row.gzipped / 1_024;
  if (kilobytes <= budget.budget) return 'met';
  return kilobytes <= allowed(row, budgets) ? 'MISSED' : 'OVER THE CEILING';
}
