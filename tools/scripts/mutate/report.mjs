// @ts-check

/**
 * @typedef {{ status: string, mutatorName: string, replacement?: string, location: { start: Place, end: Place } }} Mutant
 * @typedef {{ line: number, column: number }} Place From 1.
 * @typedef {Mutant & { id: string, fileName: string }} Change One way in which a source can be changed.
 * @typedef {Record<string, { source: string, mutants: Mutant[] }>} Results Of a report, by file.
 * @typedef {{ killed: number, survived: number, unreached: number, score: number }} Counts `score` in per cent.
 */

const KILLED = ['Killed', 'Timeout'];
const LONGEST = 100;

/** @param {Results | undefined} results @returns {Counts | undefined} Nothing where there was nothing to change, or the tests fail as they are. */
export function countsOf(results) {
  const mutants = Object.values(results ?? {}).flatMap((file) => file.mutants);
  /** @param {string[]} statuses */
  const number = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const [killed, survived, unreached] = [number(...KILLED), number('Survived'), number('NoCoverage')];
  const all = killed + survived + unreached;
  return all === 0 ? undefined : { killed, survived, unreached, score: (100 * killed) / all };
}

export const TABLE = ['| package | noticed | not noticed | no test comes there | |', '|---|--:|--:|--:|--:|'];

/** @param {string} dir @param {Counts | undefined} counts */
export function row(dir, counts) {
  if (!counts) return `| ${dir} | – | – | – | – |`;
  const { killed, survived, unreached, score } = counts;
  return `| ${dir} | ${killed} | ${survived} | ${unreached} | ${score.toFixed(1)} % |`;
}

/** What no test noticed: a line each. @param {Results | undefined} results */
export function lines(results) {
  return Object.entries(results ?? {}).flatMap(([path, { source, mutants }]) =>
    mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .sort((a, b) => a.location.start.line - b.location.start.line)
      .map((mutant) => {
        const was = short(textOf(source, mutant.location));
        const unreached = mutant.status === 'NoCoverage' ? ' (no test comes there)' : '';
        return `${path}:${mutant.location.start.line} ${mutant.mutatorName}: ${was} → ${short(mutant.replacement ?? '')}${unreached}`;
      }),
  );
}

/** @param {string} source @param {Mutant['location']} location */
function textOf(source, { start, end }) {
  const all = source.split('\n').slice(start.line - 1, end.line);
  const last = all.length - 1;
  return all
    .map((text, at) => text.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined))
    .join('\n');
}

/** @param {string} text */
function short(text) {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
