import { type Clock, type ElementView, StanzaError, StanzaValueError, type Timer } from '@sestina/core';
import { weightOf, within } from '@sestina/core/util';
import { checkAnswer, Form, FormField, type FormProblem, type FormValidator } from '@sestina/xep-0004';
import { type Asker, Attempt, type OpenStage, type StepOutcome } from './attempt.js';
import { type CommandEnd, CommandEndedError, type CommandNote, GoBack } from './errors.js';
import { refusal } from './refusal.js';
import type { CommandInit, CommandResult } from './served-command.js';
import { Actions, BadAction, BadPayload, Command, type CommandAction, Note, SessionExpired } from './stanza.js';

/** What an execution takes from who keeps it. */
export interface ExecutionHost {
  readonly clock: Clock;
  /** Milliseconds that the asker may take for a stage. */
  readonly sessionTimeout: number;
  /** Milliseconds that the function may take for a step. */
  readonly stepTimeout: number;
  /** Bytes of all answers of one execution. */
  readonly sessionBytes: number;
  readonly validators: readonly FormValidator[];
  /** It has ended. */
  ended(execution: Execution): void;
  failed(error: unknown): void;
}

/** One execution of one of our commands by one full address. */
export class Execution {
  readonly #host: ExecutionHost;
  /** By stage, also of those behind the one to which the asker went back: these are suggested again. */
  readonly #answers: Form[] = []; // bound: `sessionBytes`
  #attempt: Attempt | undefined;
  #timer: Timer | undefined;
  #busy = false;
  #over = false;
  #stepEnds: ((outcome: StepOutcome) => void) | undefined;

  constructor(
    /** What the asker calls it by; nobody can guess it. */
    readonly id: string,
    readonly command: CommandInit,
    readonly asker: Asker,
    host: ExecutionHost,
  ) {
    this.#host = host;
  }

  /** Whether it is that asker's, at that address. */
  belongsTo({ from, to }: Asker): boolean {
    return this.asker.from.equals(from) && this.asker.to?.full === to?.full;
  }

  /** Runs the first stage. @throws as `submit()`. */
  begin(): Promise<Command> {
    return this.#step((told) => this.#attempts([], told));
  }

  /**
   * Gives an answer to the stage that waits.
   * @param action `execute` stands for the default of the stage.
   * @throws StanzaError for what is not offered or no answer; what the function throws; TimeoutError where it does not settle.
   */
  async submit(action: 'complete' | 'execute' | 'next', form: Form | undefined): Promise<Command> {
    const stage = this.#waitingStage();
    const meant = action === 'execute' ? defaultOf(stage.actions) : action;
    if (meant === undefined || meant === 'prev' || !stage.actions.includes(meant)) throw refusal(BadAction);
    const { answer, problems } = this.#looksAt(stage, form);
    if (problems.length > 0 && !form) throw refusal(BadPayload);
    if (problems.length > 0) {
      const notes = problems.map(({ var: name, problem }) => ({
        type: 'error' as const,
        text: `${stage.form.field(name)?.label ?? name} ${problem}`,
      }));
      this.#rest();
      return this.#asks(stage, notes, answer);
    }
    this.#remember(answer, this.#attempt?.given ?? 0);
    return this.#step((told) => this.#attempt?.answer(answer, meant, told));
  }

  /** Goes back a stage: the function is run again, with the answers up to there. @throws as `submit()`. */
  async back(): Promise<Command> {
    const stage = this.#waitingStage();
    const before = this.#attempt;
    if (!before || !stage.actions.includes('prev')) throw refusal(BadAction);
    const remembered = this.#answers.slice(0, before.given - 1);
    return this.#step(async (told) => {
      before.stop(new GoBack());
      // One after the other: what the function cleans up must not meet what it begins.
      await before.settled;
      if (!this.#over) this.#attempts(remembered, told);
    });
  }

  /** Ends it; whoever waits for a step of it is told that it has expired. */
  end(reason: CommandEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    this.#attempt?.stop(new CommandEndedError(reason));
    this.#stepEnds?.({ kind: 'failed', error: new CommandEndedError(reason) });
    this.#host.ended(this);
  }

  #attempts(remembered: readonly Form[], told: (outcome: StepOutcome) => void): void {
    const { command, asker } = this;
    this.#attempt = new Attempt(command.run, asker, remembered, told, (error) => this.#host.failed(error));
  }

  #waitingStage(): OpenStage {
    const stage = this.#attempt?.stage;
    if (this.#busy || !stage) throw new StanzaError('unexpected-request', { text: 'the step before is under way' });
    return stage;
  }

  #looksAt(stage: OpenStage, form: Form | undefined): { answer: Form; problems: readonly FormProblem[] } {
    try {
      const answer = answerOf(stage.form, form);
      const validators = [...this.#host.validators, ...stage.validators];
      return { answer, problems: checkAnswer(stage.form, answer, { validators }) };
    } catch (error) {
      // More fields than anybody could mean are their sender's fault, and nobody's to hear of here.
      if (error instanceof StanzaValueError) throw refusal(BadPayload);
      throw error;
    }
  }

  #remember(answer: Form, position: number): void {
    const others = this.#answers.filter((_answer, index) => index !== position);
    const bytes = [answer, ...others].reduce((sum, { xml }) => sum + weightOf(xml), 0);
    if (bytes > this.#host.sessionBytes)
      throw new StanzaError('resource-constraint', { text: 'the answers are too long' });
    this.#answers[position] = answer;
  }

  async #step(work: (told: (outcome: StepOutcome) => void) => unknown): Promise<Command> {
    this.#timer?.cancel();
    this.#busy = true;
    try {
      const outcome = await within(
        this.#host.clock,
        new Promise<StepOutcome>((told) => {
          this.#stepEnds = told;
          void work(told);
        }),
        { what: 'a step of a command', timeout: this.#host.stepTimeout, background: true },
      );
      return this.#answerOf(outcome);
    } catch (error) {
      this.end('expired');
      throw error;
    } finally {
      this.#busy = false;
      this.#stepEnds = undefined;
    }
  }

  #answerOf(outcome: StepOutcome): Command {
    if (this.#over) throw refusal(SessionExpired);
    if (outcome.kind === 'failed') {
      throw this.#faultOf(outcome.error);
    }
    if (outcome.kind === 'asks') {
      this.#rest();
      return this.#asks(outcome.stage, [], this.#answers[this.#attempt?.given ?? 0]);
    }
    const command = this.#command('completed', outcome.notes);
    for (const element of elementsOf(outcome.result)) command.xml.append(element.xml);
    this.#over = true;
    this.#host.ended(this);
    return command;
  }

  #faultOf(error: unknown): unknown {
    if (error instanceof CommandEndedError) return refusal(SessionExpired);
    // What the function could not read in an answer is its asker's fault.
    const isAnswer = error instanceof StanzaValueError && this.#answers.some(({ xml }) => xml === error.xml);
    return isAnswer ? refusal(BadPayload) : error;
  }

  #asks(stage: OpenStage, more: readonly CommandNote[], suggested: Form | undefined): Command {
    const command = this.#command('executing', []);
    const execute = defaultOf(stage.actions);
    const actions = new Actions({ execute });
    for (const action of ['prev', 'next', 'complete'] as const)
      if (stage.actions.includes(action)) actions[action] = true;
    command.actions = actions;
    for (const note of [...stage.notes, ...more]) command.notes.add(new Note(note));
    command.form = suggested ? withAnswers(stage.form, suggested) : stage.form.copy();
    return command;
  }

  #command(status: 'completed' | 'executing', notes: readonly CommandNote[]): Command {
    const { langs } = this.command;
    const lang = langs && langs.length > 0 ? this.asker.lang : undefined;
    const command = new Command({ node: this.command.node, sessionId: this.id, status, lang });
    for (const note of notes) command.notes.add(new Note(note));
    return command;
  }

  /** From now on it waits for its asker. */
  #rest(): void {
    this.#timer?.cancel();
    const { clock, sessionTimeout } = this.#host;
    this.#timer = clock.setTimer(sessionTimeout, () => this.end('expired'), { background: true });
  }
}

const defaultOf = (actions: readonly CommandAction[]): CommandAction | undefined =>
  actions.find((action) => action !== 'prev');

function elementsOf(result: CommandResult): readonly ElementView[] {
  if (!result) return [];
  return Array.isArray(result) ? result : [result as ElementView];
}

/** What was submitted, on its own; what is hidden in the form is there also where the asker has lost it. */
function answerOf(form: Form, given: Form | undefined): Form {
  const answer = given?.copy() ?? new Form({ type: 'submit' });
  // A form that was given up counts as one that was filled in (§3.5.1).
  answer.type = 'submit';
  for (const { var: name, type, values } of form.fields) {
    if (type !== 'hidden' || name === undefined || answer.field(name)) continue;
    answer.fields.add(new FormField({ var: name, type, values }));
  }
  return answer.compact();
}

/** The form with what was answered for its suggestions, but for what is nobody's to see again. */
function withAnswers(form: Form, answer: Form): Form {
  const copy = form.copy();
  for (const field of copy.fields) {
    const { var: name, type } = field;
    if (name === undefined || type === 'hidden' || type === 'fixed' || type === 'text-private') continue;
    const given = answer.field(name);
    if (given) field.values = given.values;
  }
  return copy;
}
