import type { JID } from '@sestina/core';
import { checkAnswer, type Form, type FormValidator } from '@sestina/xep-0004';
import { CommandEndedError, type CommandNote } from './errors.js';
import type { CommandContext, CommandResult, CommandRun, CommandStage } from './served-command.js';
import type { CommandAction } from './stanza.js';

/** Who runs a command, and how. */
export interface Asker {
  readonly from: JID;
  readonly to: JID | undefined;
  readonly lang: string | undefined;
}

/** A stage that waits for its answer. */
export interface OpenStage {
  readonly form: Form;
  readonly actions: readonly CommandAction[];
  readonly notes: readonly CommandNote[];
  readonly validators: readonly FormValidator[];
}

/** How a step came out. */
export type StepOutcome =
  | { readonly kind: 'asks'; readonly stage: OpenStage }
  | { readonly kind: 'done'; readonly result: CommandResult; readonly notes: readonly CommandNote[] }
  | { readonly kind: 'failed'; readonly error: unknown };

interface Waiting {
  readonly stage: OpenStage;
  answer(form: Form): void;
  refuse(reason: Error): void;
}

/** One run of a command's function, from its beginning: who goes back makes another one. */
export class Attempt {
  /** Settles when the function has, whatever it was. */
  readonly settled: Promise<void>;
  readonly #controller = new AbortController();
  readonly #remembered: readonly Form[];
  readonly #failed: (error: unknown) => void;
  #given = 0;
  #action: CommandContext['action'] = 'execute';
  #waiting: Waiting | undefined;
  #notes: CommandNote[] = []; // bound: what our own function says in one step
  #tell: (outcome: StepOutcome) => void;

  /**
   * @param remembered Answers that are given again before anybody is asked.
   * @param told Gets the outcome of the first step.
   * @param failed Gets what the function throws once nobody waits for it.
   */
  constructor(
    run: CommandRun,
    asker: Asker,
    remembered: readonly Form[],
    told: (outcome: StepOutcome) => void,
    failed: (error: unknown) => void,
  ) {
    this.#remembered = remembered;
    this.#tell = told;
    this.#failed = failed;
    this.settled = this.#drive(run, this.#contextFor(asker));
  }

  /** The stage that waits for its answer. */
  get stage(): OpenStage | undefined {
    return this.#waiting?.stage;
  }

  /** How many answers it was given: at first those of before, as far as they still fit their forms. */
  get given(): number {
    return this.#given;
  }

  /** Answers the stage that waits. */
  answer(form: Form, action: 'complete' | 'next', told: (outcome: StepOutcome) => void): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#action = action;
    this.#given += 1;
    this.#tell = told;
    waiting?.answer(form);
  }

  /** Ends it: whatever it waits for rejects with that. */
  stop(reason: CommandEndedError): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#controller.abort(reason);
    waiting?.refuse(reason);
    this.#tell({ kind: 'failed', error: reason });
  }

  #contextFor({ from, to, lang }: Asker): CommandContext {
    const attempt = this;
    return {
      from,
      to,
      lang,
      signal: this.#controller.signal,
      get action() {
        return attempt.#action;
      },
      ask: (form, stage) => {
        const answer = this.#ask(form, stage);
        // The asker may end it while the function awaits something else: that is no rejection that nobody handles.
        answer.catch(() => {});
        return answer;
      },
      note: (type, text) => void this.#notes.push({ type, text }),
    };
  }

  async #drive(run: CommandRun, context: CommandContext): Promise<void> {
    try {
      // Not before the constructor is through.
      await undefined;
      const result = await resultOf(run(context), context);
      if (!this.#controller.signal.aborted) this.#tell({ kind: 'done', result, notes: this.#notes });
    } catch (error) {
      if (!this.#controller.signal.aborted) this.#tell({ kind: 'failed', error });
      else if (!(error instanceof CommandEndedError)) this.#failed(error);
    }
  }

  async #ask(form: Form, { actions, notes = [], validators = [] }: CommandStage = {}): Promise<Form> {
    this.#controller.signal.throwIfAborted();
    if (this.#waiting) throw new TypeError('the command asks already: await the answer first');
    const again = this.#action === 'execute' ? this.#remembered[this.#given] : undefined;
    if (again && checkAnswer(form, again, { validators }).length === 0) {
      this.#given += 1;
      return again;
    }
    const stage = {
      form,
      actions: offered(actions ?? ['next', 'prev'], this.#given === 0),
      notes: [...this.#notes, ...notes],
      validators,
    };
    this.#notes = [];
    return new Promise((answer, refuse) => {
      this.#waiting = { stage, answer, refuse };
      this.#tell({ kind: 'asks', stage });
    });
  }
}

function offered(actions: readonly CommandAction[], isFirst: boolean): readonly CommandAction[] {
  const left = actions.filter((action) => action !== 'prev' || !isFirst);
  if (!left.some((action) => action !== 'prev')) throw new TypeError('a stage offers next, complete, or both');
  return left;
}

type Generator = AsyncGenerator<Form, CommandResult, Form>;

async function resultOf(given: ReturnType<CommandRun>, context: CommandContext): Promise<CommandResult> {
  if (!isGenerator(given)) return given;
  let step = await given.next();
  while (!step.done) {
    let answer: Form;
    try {
      answer = await context.ask(step.value);
    } catch (error) {
      // Its `finally` runs; what it yields all the same nobody is shown.
      step = await given.throw(error);
      if (step.done) return step.value;
      await given.return(undefined);
      throw error;
    }
    step = await given.next(answer);
  }
  return step.value;
}

function isGenerator(given: ReturnType<CommandRun>): given is Generator {
  return typeof given === 'object' && given !== null && Symbol.asyncIterator in given && 'throw' in given;
}
