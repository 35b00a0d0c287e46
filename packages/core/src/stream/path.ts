import type { XmlElement } from '../xml/element.js';

/** One element of a path: `{namespace}name@attribute=value`. */
export interface PathStep {
  /** `*` for any. */
  readonly name: string;
  /** Undefined for any. */
  readonly namespace: string | undefined;
  /** Undefined as a value: the attribute only has to be there. */
  readonly attributes: readonly (readonly [name: string, value: string | undefined])[];
}

/** Reads a path of steps joined by `/`. @throws TypeError where it cannot be read. */
export function parsePath(path: string): PathStep[] {
  const steps: PathStep[] = [];
  let rest = path;
  while (rest !== '' || steps.length === 0) {
    const step = /^(?:\{([^}]*)\})?([^/@{}]+)((?:@[^/@=]+(?:=[^/@]*)?)*)(?:\/|$)/.exec(rest);
    if (!step) {
      throw new TypeError(
        `cannot read the path ${JSON.stringify(path)} at ${JSON.stringify(rest)}: write name@attribute=value/{namespace}name`,
      );
    }
    const [all, namespace, name = '', attributes = ''] = step;
    steps.push({ name, namespace, attributes: attributes.split('@').slice(1).map(parseAttribute) });
    rest = rest.slice(all.length);
    if (rest === '' && all.endsWith('/')) throw new TypeError(`the path ${JSON.stringify(path)} ends in a slash`);
  }
  return steps;
}

function parseAttribute(part: string): readonly [string, string | undefined] {
  const at = part.indexOf('=');
  return at < 0 ? [part, undefined] : [part.slice(0, at), part.slice(at + 1)];
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
