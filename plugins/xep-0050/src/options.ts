import { type AskOptions, type Audience, ConfigError } from '@sestina/core';
import type { FormValidator } from '@sestina/xep-0004';

/** Options of `AdHocCommands`. */
export class AdHocCommandsOptions {
  /**
   * Who may see and run commands of ours that do not say it themselves.
   * @default 'nobody'
   */
  answer: Audience = 'nobody';
  /**
   * Executions of our commands at once, of all others together; our own account and server have as many places again.
   * @default 100
   */
  sessions = 100;
  /**
   * Executions at once of one account.
   * @default 4
   */
  sessionsPerAccount = 4;
  /**
   * Milliseconds that the asker may take for a stage. Then the execution is over.
   * @default 600_000
   */
  sessionTimeout = 600_000;
  /**
   * Bytes of all answers of one execution.
   * @default 131_072
   */
  sessionBytes = 131_072;
  /**
   * Milliseconds that the function of a command may take between two stages. Then the execution is over, and the asker gets an error.
   * @default 30_000
   */
  stepTimeout = 30_000;
  /**
   * Look at what is submitted beside `checkAnswer()`, as those of XEP-0122 do.
   * @default none
   */
  validators: readonly FormValidator[] = [];
}

/** @throws ConfigError that names the one that cannot be meant. */
export function checkOptions(options: AdHocCommandsOptions): void {
  const { answer, validators } = options;
  for (const name of ['sessions', 'sessionsPerAccount', 'sessionTimeout', 'sessionBytes', 'stepTimeout'] as const) {
    const value = options[name];
    if (!(typeof value === 'number' && value > 0 && Number.isFinite(value)))
      throw new ConfigError(`${name} has to be a positive number, got ${value}`, name);
  }
  if (typeof answer !== 'function' && !['account', 'contacts', 'everybody', 'nobody'].includes(answer))
    throw new ConfigError('answer is account, contacts, everybody, nobody, or a function', 'answer');
  if (!Array.isArray(validators) || validators.some((each) => typeof each !== 'function'))
    throw new ConfigError('validators is a list of functions', 'validators');
}

/** Options of `list()`. */
export interface CommandOptions extends Omit<AskOptions, 'answer'> {}

/** Options of a step. */
export interface StepOptions {
  /**
   * Milliseconds: there may be people, or another network, behind the answer.
   * @default 120_000
   */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of `execute()` and `run()`. */
export interface ExecuteOptions extends StepOptions {
  /** The address that asks; a component's has to be given. */
  readonly from?: AskOptions['from'];
  /**
   * The language in which the command is to speak.
   * @default that of the stream
   */
  readonly lang?: string | undefined;
}
