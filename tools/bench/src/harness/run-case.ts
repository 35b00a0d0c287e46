import { sample } from './contender-process.js';
import { summary } from './stats.js';
import type { Case, CaseResult, Metric, Row, Sample, Table, Target } from './types.js';

/** How a case is run. */
export interface RunOptions {
  /** Samples of each contender; at least 1. */
  readonly rounds: number;
  /** Node.js options for the contender that the ratios refer to, in its first sample: for a CPU profile. */
  readonly profile?: readonly string[] | undefined;
  /** Told what is going on. */
  progress(text: string): void;
}

/**
 * Runs every contender once in each round, in another order each time, so that what disturbs the machine for a while
 * disturbs all of them.
 * @throws Error where a contender failed, or did other work than the others.
 */
export async function runCase(each: Case, { rounds, profile = [], progress }: RunOptions): Promise<CaseResult> {
  const samples = new Map<string, Sample[]>(each.contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const { length } = each.contenders;
    for (let i = 0; i < length; i++) {
      const contender = each.contenders[(i + round) % length];
      if (!contender) continue;
      progress(`${each.title}: ${contender.name}, ${round + 1} of ${rounds}`);
      const flags = contender.name === each.base && round === 0 ? profile : [];
      samples.get(contender.name)?.push(await sample(contender, flags));
    }
  }
  return evaluate(each, samples);
}

/**
 * Makes tables of the samples of each contender, in the order of the rounds.
 * @throws Error where the contenders did not do the same work.
 */
export function evaluate(each: Case, samples: ReadonlyMap<string, readonly Sample[]>): CaseResult {
  verify(each, samples);
  const tables = each.metrics.map((metric) => table(each, metric, samples)).filter(({ rows }) => rows.length > 0);
  return { title: each.title, tables };
}

function verify(each: Case, samples: ReadonlyMap<string, readonly Sample[]>): void {
  if (!each.verify) return;
  const rounds = Math.max(...[...samples.values()].map(({ length }) => length));
  for (let round = 0; round < rounds; round++) {
    const checks = [...samples].map(([name, list]) => [name, list[round]?.check] as const);
    each.verify(new Map(checks));
  }
}

function table(each: Case, metric: Metric, samples: ReadonlyMap<string, readonly Sample[]>): Table {
  const valuesOf = (name: string): number[] => {
    const values = (samples.get(name) ?? []).map((one) => one.values[metric.id]);
    return values.filter((value) => value !== undefined);
  };
  const base = valuesOf(each.base);
  const rows: Row[] = [];
  for (const { name } of each.contenders) {
    const values = valuesOf(name);
    if (values.length === 0) continue;
    const ratios = values.map((value, round) => {
      const reference = base[round] ?? Number.NaN;
      return metric.moreIsBetter ? reference / value : value / reference;
    });
    const ratio = summary(ratios);
    const value = summary(values);
    const target = each.targets?.find((one) => one.metric === metric.id && one.contender === name);
    rows.push({
      contender: name,
      value,
      ratio,
      target: target && judge(target, target.absolute ? value.median : ratio.median),
    });
  }
  return { metric, base: each.base, rows };
}

function judge(target: Target, figure: number): Target & { met: boolean } {
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = target;
  return { ...target, met: figure >= atLeast && figure <= atMost };
}
