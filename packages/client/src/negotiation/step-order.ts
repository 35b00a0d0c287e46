import { ConfigError } from '@sestina/core';
import { type NegotiationStep, STAGES, type Stage } from '@sestina/core/connection';

/** A step that was added, as it was then. */
export interface AddedStep {
  readonly step: NegotiationStep;
  /** Counts those that were added before it. */
  readonly sequence: number;
  /** Called when it is removed, while it is taken. */
  removed: ((reason: Error) => void) | undefined;
}

const rank = (stage: Stage): number => STAGES.indexOf(stage);

/** @throws ConfigError for a step that cannot work. */
export function checkStep({ name, namespace, needs, gives, before, run }: NegotiationStep): void {
  const refuse = (why: string, option: keyof NegotiationStep): ConfigError =>
    new ConfigError(`the step ${JSON.stringify(name)} cannot be added: ${why}`, option);
  const known = STAGES.join(', ');
  if (typeof name !== 'string' || name === '') throw refuse('its name is that of the feature', 'name');
  if (typeof namespace !== 'string' || namespace === '') throw refuse('a feature has a namespace', 'namespace');
  if (!STAGES.includes(needs)) throw refuse(`what it needs is one of ${known}`, 'needs');
  if (gives !== undefined && !STAGES.includes(gives)) throw refuse(`what it gives is one of ${known}`, 'gives');
  if (gives !== undefined && rank(gives) <= rank(needs)) throw refuse('it needs what it gives', 'gives');
  if (before !== undefined && typeof before !== 'string') throw refuse('before is the name of a feature', 'before');
  if (typeof run !== 'function') throw refuse('run is a function', 'run');
}

/**
 * The steps in the order in which they have their turn: what gives a stage before what needs it, then by `before`; among the
 * others those that need less first, of these those that lead on last (but TLS first of all), then by name. It does not depend on
 * the order in which they were added, except for those of one feature.
 * @throws ConfigError where there is no such order.
 */
export function inOrder(steps: readonly AddedStep[]): readonly AddedStep[] {
  const left = [...steps].sort(byNature);
  const ordered: AddedStep[] = [];
  while (left.length > 0) {
    const index = left.findIndex((one) => !left.some((other) => precedes(other, one)));
    if (index < 0) throw circle(left);
    ordered.push(...left.splice(index, 1));
  }
  return ordered;
}

/** Whether the first has to have its turn before the second. */
function precedes({ step: a }: AddedStep, { step: b }: AddedStep): boolean {
  if (a === b) return false;
  return a.before === b.name || (a.gives !== undefined && rank(a.gives) <= rank(b.needs));
}

function byNature({ step: a, sequence: first }: AddedStep, { step: b, sequence: second }: AddedStep): number {
  return weight(a) - weight(b) || compare(a.name, b.name) || compare(a.namespace, b.namespace) || first - second;
}

function weight({ needs, gives }: NegotiationStep): number {
  // Whoever comes before TLS would be heard by everybody; each stream that follows offers its feature again.
  return gives === 'secure' ? -1 : 2 * rank(needs) + (gives === undefined ? 0 : 1);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Each of these has another one before it. */
function circle(left: readonly AddedStep[]): ConfigError {
  const path: AddedStep[] = [];
  let at = left[0];
  while (at && !path.includes(at)) {
    const current = at;
    path.unshift(current);
    at = left.find((other) => precedes(other, current));
  }
  const end = at ? path.indexOf(at) : 0;
  const names = [...path.slice(0, end + 1), ...path.slice(0, 1)].map(({ step }) => step.name);
  return new ConfigError(
    `these steps of the negotiation are each to come before the next: ${names.join(', ')}`,
    'before',
  );
}
