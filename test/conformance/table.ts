/** How far a package keeps to its specification. */
export interface Row {
  readonly xep: string;
  readonly version: string;
  /** Complete examples: how many there are, passed or were excused; in how many its own elements stand. */
  readonly examples: {
    readonly read: number;
    readonly passed: number;
    readonly excused: number;
    readonly typed: number;
  };
  /** Different payloads that its tests send, and how many its schema takes. */
  readonly schema: { readonly checked: number; readonly valid: number; readonly excused: number };
  readonly laws: { readonly tried: number; readonly kept: number };
}

/** By the folder of the package. */
export type Table = Record<string, Row>;

/** What was right and is so no more, a line each. */
export function falls(before: Table, now: Table, validates = true): string[] {
  return Object.entries(now).flatMap(([folder, row]) => {
    const old = before[folder];
    if (!old) return [`${folder} is not in the table: npm run conformance -- --write`];
    const counts: [what: string, was: number, is: number][] = [
      ['examples that passed', old.examples.passed, row.examples.passed],
      ['examples with elements of its own', old.examples.typed, row.examples.typed],
      ['laws that it keeps', old.laws.kept, row.laws.kept],
      ...(validates
        ? ([['payloads that are valid', old.schema.valid, row.schema.valid]] as [string, number, number][])
        : []),
    ];
    return counts.flatMap(([what, was, is]) => (is < was ? [`${folder}: ${what}: ${is}, and were ${was}`] : []));
  });
}

export function rowText(folder: string, { version, examples, schema, laws }: Row): string {
  const { read, passed, excused, typed } = examples;
  return [
    folder.padEnd(10),
    version.padEnd(8),
    `examples ${passed}/${read}${excused ? `, ${excused} excused` : ''}, ${typed} typed`.padEnd(40),
    `schema ${schema.valid}/${schema.checked}${schema.excused ? `, ${schema.excused} excused` : ''}`.padEnd(26),
    `laws ${laws.kept}/${laws.tried}`,
  ].join(' ');
}
