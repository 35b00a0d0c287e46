/** What several samples of one figure come to. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** A quarter of the samples is below the first, a quarter above the second. */
  readonly quartiles: readonly [number, number];
  readonly samples: readonly number[];
}

/** @throws RangeError for no samples at all. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError('no samples');
  return (lower + upper) / 2;
}

export function summary(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = (sorted.length - 1) * share;
    const lower = sorted[Math.floor(place)] ?? Number.NaN;
    return lower + ((sorted[Math.ceil(place)] ?? Number.NaN) - lower) * (place % 1);
  };
  return {
    median: median(samples),
    min: at(0),
    max: at(1),
    quartiles: [at(0.25), at(0.75)],
    samples,
  };
}

/** How far the middle half of the samples lies apart, as a share of their median. */
export function spread({ median: middle, quartiles: [low, high] }: Summary): number {
  return middle === 0 ? 0 : (high - low) / middle;
}
