import { sample } from './contender-process.js';
import { reasonOf } from './errors.js';
import { summary } from './stats.js';
import { type TurnOptions, type TurnSamples, takeTurns } from './turns.js';
import {
  type Case,
  type CaseResult,
  type Contender,
  type Metric,
  QUICK_TURNS,
  type Row,
  type Sample,
  type Table,
  type Target,
} from './types.js';

/** How a case is run. */
export interface RunOptions {
  /** Times that each contender is started; at least 1. */
  readonly rounds: number;
  /** Node.js options for the contender that the ratios refer to, in its first sample: for a CPU profile. */
  readonly profile?: readonly string[] | undefined;
  /** Few turns: to see that it works. */
  readonly quick?: boolean | undefined;
  /** Told what is going on. */
  progress(text: string): void;
}

/**
 * Measures a case. Where contenders take turns, each round has new processes, since a compiler makes other choices in each; else each
 * contender is run once in a round, in another order each time. One that fails has no figures, only its error.
 */
export async function runCase(each: Case, options: RunOptions): Promise<CaseResult> {
  const { rounds, profile = [], quick = false, progress } = options;
  const samples = new Map<string, (Sample | undefined)[]>(each.contenders.map(({ name }) => [name, []]));
  const failed: Record<string, string> = {};
  for (let round = 0; round < rounds; round++) {
    const contenders = each.contenders.filter(({ name }) => !(name in failed));
    const flagsOf = ({ name }: Contender): readonly string[] => (name === each.base && round === 0 ? profile : []);
    const tell = (text: string): void => progress(`${text}, round ${round + 1} of ${rounds}`);
    const play = each.turns === undefined ? runEach : takeTurns;
    const turns = quick ? QUICK_TURNS : (each.turns ?? 1);
    const one = { ...each, contenders: rotated(contenders, round) };
    try {
      const result = await play(one, { turns, flagsOf, progress: tell });
      Object.assign(failed, result.failed);
      for (const [name, list] of result.samples) samples.get(name)?.push(...list);
    } catch (error) {
      return { title: each.title, tables: [], failed: { [ALL]: reasonOf(error) } };
    }
  }
  for (const name of Object.keys(failed)) samples.delete(name);
  const { title, headlines = [] } = each;
  const peers = each.contenders.filter((contender) => !contender.floor && !isOurs(contender)).map(({ name }) => name);
  return {
    title,
    tables: tablesOf(each, samples),
    ...(Object.keys(failed).length > 0 && { failed }),
    ...(headlines.length > 0 && { headlines, peers }),
  };
}

/** Whose failure it is where they did other work. */
const ALL = 'the whole case';

/** Whether it is a program on Sestina. */
export function isOurs({ script }: Contender): boolean {
  return script.pathname.endsWith('-sestina.ts');
}

/** Runs every contender once. */
async function runEach(each: Case, { flagsOf, progress }: TurnOptions): Promise<TurnSamples> {
  const samples = new Map<string, Sample[]>();
  const failed: Record<string, string> = {};
  for (const contender of each.contenders) {
    const { name } = contender;
    progress(`${each.title}: ${name}`);
    try {
      samples.set(name, [await sample(contender, flagsOf(contender))]);
    } catch (error) {
      failed[name] = reasonOf(error);
    }
  }
  each.verify?.(new Map([...samples].map(([name, [only]]) => [name, only?.check])));
  return { samples, failed };
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** Tables of the samples of each contender; those with the same place were taken one after the other. */
export function tablesOf(each: Case, samples: ReadonlyMap<string, readonly (Sample | undefined)[]>): Table[] {
  return each.metrics.map((metric) => table(each, metric, samples)).filter(({ rows }) => rows.length > 0);
}

function table(each: Case, metric: Metric, samples: ReadonlyMap<string, readonly (Sample | undefined)[]>): Table {
  const valueAt = (name: string, at: number): number | undefined => samples.get(name)?.[at]?.values[metric.id];
  const rows: Row[] = [];
  for (const { name } of each.contenders) {
    const values: number[] = [];
    const ratios: number[] = [];
    for (let at = 0; at < (samples.get(name)?.length ?? 0); at++) {
      const value = valueAt(name, at);
      if (value === undefined) continue;
      values.push(value);
      const reference = valueAt(each.base, at) ?? Number.NaN;
      ratios.push(metric.moreIsBetter ? reference / value : value / reference);
    }
    if (values.length === 0) continue;
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
