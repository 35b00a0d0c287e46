import { isNcName, type XmlElement } from '@sestina/xml';

/** One element of a path: `{namespace}name@attribute=value`. */
export interface PathStep {
  /** `*` for any. */
  readonly name: string;
  /** Undefined for any. */
  readonly namespace: string | undefined;
  /** Undefined as a value: the attribute only has to be there. */
  readonly attributes: readonly (readonly [name: string, value: string | undefined])[];
}

const STEP = /(?:\{([^{}]*)\})?([^/@{}[\]=\s'"]+)/y;
const PLAIN = /@([^/@=[\]\s'"]+)(?:=(?:'([^']*)'|"([^"]*)"|([^/@'"[\]]*)))?/y;
const BRACKETS = /\[@([^/@=[\]\s'"]+)(?:=(?:'([^']*)'|"([^"]*)"))?\]/y;

/**
 * Reads a path of steps joined by `/`. A value with `/` or `@` in it is quoted: `message@from='a@b/c'`.
 * @param xpath Attributes stand in brackets, `[@name='value']`.
 * @throws TypeError where it cannot be read.
 */
export function parsePath(path: string, { xpath = false }: { xpath?: boolean } = {}): PathStep[] {
  const steps: PathStep[] = [];
  const attribute = xpath ? BRACKETS : PLAIN;
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(path) ?? undefined;
    if (found) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    const step = take(STEP);
    const [, namespace, name = ''] = step ?? [];
    if (!step || (name !== '*' && !isNcName(name))) throw unreadable(path, step?.index ?? at, xpath);
    const attributes: [string, string | undefined][] = [];
    for (let found = take(attribute); found; found = take(attribute)) {
      attributes.push([found[1] ?? '', found[2] ?? found[3] ?? found[4]]);
    }
    steps.push({ name, namespace, attributes });
    if (at === path.length) return steps;
    if (path[at] !== '/') throw unreadable(path, at, xpath);
    at += 1;
  }
}

function unreadable(path: string, at: number, xpath: boolean): TypeError {
  const rest = at < path.length ? `at ${JSON.stringify(path.slice(at))}` : 'at its end';
  const right = xpath ? "{namespace}name[@attribute='value']/{namespace}name" : 'name@attribute=value/{namespace}name';
  return new TypeError(`cannot read the path ${JSON.stringify(path)} ${rest}: write ${right}`);
}

export function stepMatches(step: PathStep, element: XmlElement): boolean {
  if (step.name !== '*' && step.name !== element.name) return false;
  if (step.namespace !== undefined && step.namespace !== element.namespace) return false;
  for (const [name, value] of step.attributes) {
    const found = element.attribute(name);
    if (found === undefined || (value !== undefined && value !== found)) return false;
  }
  return true;
}
