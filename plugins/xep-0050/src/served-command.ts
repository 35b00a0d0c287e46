import { type Audience, ConfigError, type ElementView, type JID } from '@sestina/core';
import type { Form, FormValidator } from '@sestina/xep-0004';
import type { CommandNote } from './errors.js';
import type { CommandAction } from './stanza.js';

/** What a command ends with: a form of type `result`, other elements such as URLs, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement ends with nothing
export type CommandResult = ElementView | readonly ElementView[] | undefined | void;

/** How a stage asks. */
export interface CommandStage {
  /**
   * What the asker may do. The first that is not `prev` is the default; `prev` counts only behind the first stage.
   * @default next and prev
   */
  readonly actions?: readonly CommandAction[] | undefined;
  readonly notes?: readonly CommandNote[] | undefined;
  /**
   * Look at the answer beside `checkAnswer()`, in addition to those of the plugin's options.
   * @default none
   */
  readonly validators?: readonly FormValidator[] | undefined;
}

/** One execution of a command of ours, as its function sees it. */
export interface CommandContext {
  /** Who runs it: the full address that the stanza was stamped with. */
  readonly from: JID;
  /** Which of our addresses was asked; undefined where the stanza did not say. */
  readonly to: JID | undefined;
  /** The language of the execution: one of the command's `langs` where it has some, else what the asker speaks. */
  readonly lang: string | undefined;
  /** Aborts with a `CommandEndedError` where nobody waits any more for what the function does. */
  readonly signal: AbortSignal;
  /** What the asker did to get here: `next`, `complete`, or `execute` before the first answer. */
  readonly action: 'complete' | 'execute' | 'next';
  /**
   * Shows a form, and resolves with the submission once that answers it. A wrong one is shown the form again, with a note.
   * @throws GoBack where the asker goes back: the function is run again then, and gets the answers that were given before.
   *   CommandEndedError where the execution is over. TypeError where it asks already, or offers neither `next` nor `complete`.
   */
  ask(form: Form, stage?: CommandStage): Promise<Form>;
  /** Says something with the next stage, or the last. A command that fails says so with a note of type `error`. */
  note(type: CommandNote['type'], text: string): void;
}

/**
 * Does the work of a command: straight code, with an `await context.ask()` for each stage; or a generator that yields the forms. It may
 * be run several times for one execution, since who goes back has it begin anew: what changes something belongs after the last question.
 */
export type CommandRun = (
  context: CommandContext,
) => AsyncGenerator<Form, CommandResult, Form> | CommandResult | PromiseLike<CommandResult>;

/** A command that we offer. */
export interface CommandInit {
  /** Its name for programs, one of a kind at its place. */
  readonly node: string;
  /**
   * Its name for people.
   * @default the node
   */
  readonly name?: string | undefined;
  /**
   * Who may see it and run it; asked again at each stage.
   * @default `answer` of the options, which is nobody
   */
  readonly allow?: Audience | undefined;
  /** Further features of its node in service discovery. */
  readonly features?: readonly string[] | undefined;
  /**
   * The address at which it is offered; a component has many.
   * @default all of them
   */
  readonly place?: JID | string | undefined;
  /**
   * Languages that it speaks. Who says that they speak another one is refused.
   * @default whatever the asker speaks
   */
  readonly langs?: readonly string[] | undefined;
  readonly run: CommandRun;
}

/** @throws ConfigError for what cannot be a command. */
export function checkCommand({ node, run }: CommandInit): void {
  if (typeof node !== 'string' || node === '') throw new ConfigError('a command has a node', 'node');
  if (typeof run !== 'function') throw new ConfigError(`command "${node}" has no function to run`, 'run');
}

/** The one that fits best of what a command speaks; undefined where none does. Whatever a language adds, as in `en-gb`, may be ignored. */
export function languageOf(langs: readonly string[] | undefined, wanted: string | undefined): string | undefined {
  if (!langs || langs.length === 0) return wanted;
  if (wanted === undefined) return langs[0];
  const asked = wanted.toLowerCase();
  const main = (lang: string): string => lang.toLowerCase().split('-', 1)[0] as string;
  return langs.find((lang) => lang.toLowerCase() === asked) ?? langs.find((lang) => main(lang) === main(asked));
}
