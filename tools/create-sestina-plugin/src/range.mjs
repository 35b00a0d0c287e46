// @ts-check

/**
 * The releases that go with one, from it on: below 1.0.0 all before 1.0.0, since `^0.2.0` ends at 0.3.0 and a release that only
 * adds would be out of everybody's range.
 * @param {string} version
 */
export function rangeOf(version) {
  return version.startsWith('0.') ? `>=${version} <1.0.0` : `^${version}`;
}
