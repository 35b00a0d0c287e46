import type { Summary } from './stats.js';

/** Turns of each contender in a round, where one takes some 50 ms. */
export const TURNS = 40;
/** The same where it only has to be seen that it works. */
export const QUICK_TURNS = 3;

/** One program that is measured, in a process of its own for each sample. */
export interface Contender {
  /** What the tables call it. */
  readonly name: string;
  /** A `.ts` file below `contenders/`, run as JavaScript, or a `.py` file. */
  readonly script: URL;
  /** Passed to it as JSON. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Options of Node.js, such as `--expose-gc`. */
  readonly flags?: readonly string[];
  /** Does less than a library has to: what it costs is what the others add to. */
  readonly floor?: boolean;
  /** Added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where contenders take turns: it takes part in each so many. @default 1 */
  readonly every?: number;
  /** Where its script was compiled. @default that of this revision */
  readonly compiled?: string;
}

/** One figure that every contender of a case gives. */
export interface Metric {
  /** The key in what the contender prints. */
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  /** Whether more of it is better: messages per second. Default false: time, memory. */
  readonly moreIsBetter?: boolean;
  /** Whether it says something to divide it by that of the base. Default true. */
  readonly compared?: boolean;
}

/** What a ratio, or a figure itself, should be. */
export interface Target {
  readonly metric: string;
  readonly contender: string;
  /** Whether it is about the figure and not about the ratio. Default false. */
  readonly absolute?: boolean;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A figure that everybody understands: ours beside the best of the others. */
export interface Headline {
  readonly metric: string;
  /** What was done, in words of everyday. */
  readonly what: string;
}

/** Contenders that do the same work on the same input. */
export interface Case {
  readonly title: string;
  readonly contenders: readonly Contender[];
  readonly metrics: readonly Metric[];
  /** The contender that the ratios refer to. */
  readonly base: string;
  /** They are alive side by side and take so many turns in a round. Otherwise each sample is a process from its start to its end. */
  readonly turns?: number;
  readonly targets?: readonly Target[];
  /** What of it stands in the table that everybody reads first. */
  readonly headlines?: readonly Headline[];
  /** Looks at what the contenders did: all of it has to be the same work. @throws Error where it was not. */
  verify?(checks: ReadonlyMap<string, unknown>): void;
}

/** What a scenario is given to prepare its cases. */
export interface Context {
  /** A directory of this run, removed afterwards. */
  readonly directory: string;
  /** Few and small: to see that it works. */
  readonly quick: boolean;
  /** Larger means more work for each sample. */
  readonly scale: (full: number, quick: number) => number;
}

/** The cases of a scenario and what has to be undone after them. */
export interface Prepared {
  readonly cases: readonly Case[];
  dispose?(): Promise<void> | void;
}

/** One of the lettered scenarios. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  prepare(context: Context): Promise<Prepared> | Prepared;
}

/** What was measured, by the metrics of the case. */
export type Figures = Readonly<Record<string, number>>;

/** What a contender prints, as one line of JSON, at its end. */
export interface Sample {
  /** What it has measured; nothing where it has told that turn by turn. */
  readonly values: Figures;
  /** What it has done, for `verify`. */
  readonly check?: unknown;
}

/** One row of a table. */
export interface Row {
  readonly contender: string;
  readonly value: Summary;
  /** Its cost divided by that of the base, round by round; for what is better when there is more, the other way round. */
  readonly ratio: Summary;
  readonly target?: (Target & { readonly met: boolean }) | undefined;
}

/** One figure of a case, for all contenders. */
export interface Table {
  readonly metric: Metric;
  readonly base: string;
  readonly rows: readonly Row[];
}

export interface CaseResult {
  readonly title: string;
  /** Contenders that failed, with the error. */
  readonly failed?: Readonly<Record<string, string>>;
  readonly tables: readonly Table[];
  readonly headlines?: readonly Headline[];
  /** The contenders that are other libraries. */
  readonly peers?: readonly string[];
}

export interface ScenarioResult {
  readonly id: string;
  readonly title: string;
  readonly cases: readonly CaseResult[];
  /** Whether all of its cases are there: a run can be ended in between. */
  readonly complete: boolean;
}

/** Where and how a run was made. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Load average over one minute before the first sample; noise comes from what else runs. */
  readonly load: number;
  readonly memory: number;
  readonly platform: string;
  readonly node: string;
  readonly peers: Readonly<Record<string, string>>;
}

/** What `--json` prints. */
export interface Report {
  readonly date: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly machine: Machine;
  readonly scenarios: readonly ScenarioResult[];
}
