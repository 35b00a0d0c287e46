import { SestinaError, type XmlElement } from '@sestina/core';
import { formatXml } from './format.js';
import { asElement } from './parse.js';
import { type SameXmlOptions, sameXml } from './same-xml.js';

/** Two pieces of XML do not say the same; the message shows where, and both line by line. */
export class XmlDifferenceError extends SestinaError {
  static override readonly name: string = 'XmlDifferenceError';
  readonly code = 'ERR_XML_DIFFERENCE';
  /** The received XML, formatted: test runners show a diff of `actual` and `expected`. */
  readonly actual: string;
  readonly expected: string;

  constructor(
    /** The first difference, in words. */
    readonly difference: string,
    actual: XmlElement,
    expected: XmlElement,
  ) {
    const [a, b] = [formatXml(actual), formatXml(expected)];
    super(
      `XML differs at ${difference} (+ received, - expected)\n${diffLines(b.split('\n'), a.split('\n')).join('\n')}`,
    );
    this.actual = a;
    this.expected = b;
  }
}

/**
 * Asserts that both say the same; see `sameXml` for what does not count.
 * @throws XmlDifferenceError
 */
export function expectXml(
  actual: string | XmlElement,
  expected: string | XmlElement,
  options: SameXmlOptions = {},
): void {
  const [a, b] = [asElement(actual, options.namespace), asElement(expected, options.namespace)];
  const difference = sameXml(a, b, options);
  if (difference !== undefined) throw new XmlDifferenceError(difference, a, b);
}

/** Lines marked `- ` where only `before` has them and `+ ` where only `after` has, by their longest common subsequence. */
function diffLines(before: readonly string[], after: readonly string[]): string[] {
  const common = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = common[i] as number[];
      row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push(`  ${before[i++]}`);
      j++;
    } else if (i < before.length && (j >= after.length || at(i + 1, j) >= at(i, j + 1))) lines.push(`- ${before[i++]}`);
    else lines.push(`+ ${after[j++]}`);
  }
  return lines;
}
