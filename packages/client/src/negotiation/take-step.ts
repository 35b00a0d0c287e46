import { NegotiationError, NoSessionError } from '@sestina/core';
import type { StepOutcome, StreamFeatures } from '@sestina/core/connection';
import { follow, within } from '@sestina/core/util';
import type { Attempt } from './attempt.js';
import { type Asking, StepContext } from './step-context.js';
import type { AddedStep } from './step-order.js';

// How long a server may take to answer the end of the stream, in milliseconds.
const GOODBYE = 2_000;

/** What a step is taken on. */
export interface Situation {
  readonly attempt: Attempt;
  readonly features: StreamFeatures;
  readonly asking: Asking;
  /** Whether there is a session that may be resumed. */
  readonly hasSession: boolean;
}

/**
 * Takes a step, and holds what it says against what it did.
 * @throws what it threw; NegotiationError for an outcome that cannot be, or where it was removed meanwhile; the signal's reason; what
 *   ended the connection.
 */
export async function takeStep(added: AddedStep, situation: Situation, signal: AbortSignal): Promise<StepOutcome> {
  const { step } = added;
  const { attempt, asking, features } = situation;
  const { link } = attempt;
  const feature = features.xml.child(step.name, step.namespace);
  if (!feature) return 'next';
  const controller = new AbortController();
  const release = follow(signal, controller);
  const removed = (reason: Error): void => controller.abort(reason);
  added.removed = removed;
  // In a turn of its own: what the step has received already may say more than that the connection is gone.
  const closing = link.onClosed(() => asking.clock.nextTurn(() => controller.abort(link.reason)));
  const context = new StepContext(step, features, feature, attempt, asking, controller.signal);
  const what = `the step "${step.name}"`;
  link.step(what);
  try {
    const { signal: over } = controller;
    const outcome = await within(asking.clock, () => step.run(context), { what, signal: over });
    // A step that takes no notice of the signal must not go on for an attempt that was given up.
    over.throwIfAborted();
    context.assertHonest();
    const wrong = wrongWith(outcome, added, situation);
    if (wrong) throw new NegotiationError(`the step "${step.name}" is wrong: it ends with "${outcome}", and ${wrong}`);
    if (outcome !== 'done') return outcome;
  } finally {
    context.close();
    closing.dispose();
    if (added.removed === removed) added.removed = undefined;
    release();
  }
  const done = new NoSessionError(step.name);
  await link.shutdown(GOODBYE, done);
  throw done;
}

/** Why that cannot be the outcome, as the end of a sentence. */
function wrongWith(outcome: StepOutcome, { step }: AddedStep, { attempt, hasSession }: Situation): string | undefined {
  const { stage } = attempt;
  const lives = outcome === 'resumed' || outcome === 'restored';
  if (attempt.again.length > 0 && !lives) return 'there is no session in which anything could be sent again';
  switch (outcome) {
    case 'next':
    case 'done':
      return undefined;
    case 'resumed':
      if (!hasSession) return 'there is no session that could be resumed';
      return attempt.reached('authenticated') ? undefined : 'nobody has logged in';
    case 'restart':
    case 'features': {
      const { gives } = step;
      return gives && !attempt.reached(gives)
        ? `the stream is not "${gives}", which it gives, but "${stage}"`
        : undefined;
    }
    case 'session':
    case 'restored':
      return stage === 'bound' ? undefined : `there is no address: the stream is "${stage}"`;
    default:
      return 'there is no such outcome';
  }
}
