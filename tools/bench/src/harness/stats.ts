/** What several samples of one figure come to. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** A quarter of the samples is below the first, a quarter above the second. */
  readonly quartiles: readonly [number, number];
  readonly samples: readonly number[];
}

const FEW = 15;

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
  const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return {
    median: median(samples),
    min: at(0),
    max: at(1),
    quartiles: [at(0.25), at(0.75)],
    samples,
  };
}

/** How far the samples lie apart, as a share of their median: all of a few, the middle half of many. */
export function spread(summary: Summary): number {
  const [low, high] = range(summary);
  return summary.median === 0 ? 0 : (high - low) / summary.median;
}

/** From where to where the samples lie: all of a few, the middle half of many. */
export function range({ samples, min, max, quartiles }: Summary): readonly [number, number] {
  return samples.length > FEW ? quartiles : [min, max];
}
