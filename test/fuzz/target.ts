import fc from 'fast-check';

/** What came of it. */
export interface Tried {
  readonly cases: number;
  /** What went wrong, for people; undefined where nothing did. */
  readonly report: string | undefined;
}

/** Something that is given what nobody would think of. */
export interface Target {
  readonly name: string;
  /** What has to hold. */
  readonly holds: string;
  /** How many times as long a case takes as one of the quickest. */
  readonly cost: number;
  /** Tries so many cases. */
  check(cases: number, seed: number): Promise<Tried>;
}

/** @param cases What it is given. @param holds Throws where it does not hold. */
export function target<T>(
  { name, holds, cost = 1 }: { name: string; holds: string; cost?: number },
  cases: fc.Arbitrary<T>,
  look: (input: T) => Promise<void> | void,
): Target {
  const property = fc.asyncProperty(cases, async (input) => look(input));
  return {
    name,
    holds,
    cost,
    check: async (count, seed) => {
      const details = await fc.check(property, { numRuns: Math.ceil(count / cost), seed });
      return { cases: details.numRuns, report: details.failed ? reportOf(details) : undefined };
    },
  };
}

function reportOf<T>({ counterexample, errorInstance, numRuns, numShrinks }: fc.RunDetails<T>): string {
  const error = errorInstance instanceof Error ? errorInstance.stack : String(errorInstance);
  return `case ${numRuns}, made smaller ${numShrinks} times: ${fc.stringify(counterexample)}\n${error}`;
}

/** Characters that mean something somewhere, beside any other. */
export function textOf(special: readonly string[]): fc.Arbitrary<string> {
  const unit = fc.oneof(fc.constantFrom(...special), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }));
  return fc.array(unit, { maxLength: 24 }).map((units) => units.join(''));
}

/** @throws Error where it is not so. */
export function holds(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}
