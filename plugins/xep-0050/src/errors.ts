import { SestinaError, type StanzaError } from '@sestina/core';
import { quoted } from '@sestina/core/util';
import type { Form, FormProblem } from '@sestina/xep-0004';
import type { CommandAction } from './stanza.js';

/** A note as it is shown to people. */
export interface CommandNote {
  readonly type: 'error' | 'info' | 'warn';
  readonly text: string;
}

/** A command ended, and says that it did not do what it was to do (XEP-0050 §3.6). */
export class CommandFailedError extends SestinaError {
  static override readonly name: string = 'CommandFailedError';
  readonly code = 'ERR_COMMAND_FAILED';

  constructor(
    readonly node: string,
    /** All that it said; at least one is of type `error`. */
    readonly notes: readonly CommandNote[],
  ) {
    const said = notes.find(({ type }) => type === 'error')?.text;
    super(`command ${quoted(node)} failed${said ? `: ${quoted(said)}` : ''}`);
  }
}

/** A command asks for more than `run()` was given: show its form, or answer `problems`. It was cancelled. */
export class CommandNeedsInputError extends SestinaError {
  static override readonly name: string = 'CommandNeedsInputError';
  readonly code = 'ERR_COMMAND_NEEDS_INPUT';
  /** The form that it asks with; undefined where there is none. Not among what a log prints: it may hold what people wrote. */
  readonly form!: Form | undefined;

  constructor(
    readonly node: string,
    form: Form | undefined,
    /** What is wrong with the answers; none where there is one more stage. */
    readonly problems: readonly FormProblem[],
  ) {
    const missing = problems.map((each) => `${quoted(each.var)} ${each.problem}`).join('; ');
    super(`command ${quoted(node)} asks for more: ${missing || 'it has one more stage, go through it with execute()'}`);
    Object.defineProperty(this, 'form', { value: form, enumerable: false });
  }
}

/** The other side does not keep to XEP-0050. */
export class CommandProtocolError extends SestinaError {
  static override readonly name: string = 'CommandProtocolError';
  readonly code = 'ERR_COMMAND_PROTOCOL';

  constructor(
    readonly node: string,
    readonly fault: string,
  ) {
    super(`command ${quoted(node)}: ${fault}`);
  }
}

/** The other side knows nothing of this execution any more: begin again. */
export class CommandExpiredError extends SestinaError {
  static override readonly name: string = 'CommandExpiredError';
  readonly code = 'ERR_COMMAND_EXPIRED';

  constructor(
    readonly node: string,
    cause: StanzaError,
  ) {
    super(`this execution of command ${quoted(node)} is over on the other side (${cause.condition}): begin again`, {
      cause,
    });
  }
}

/** That action is not offered at this stage; none is once the command has ended. */
export class CommandActionError extends SestinaError {
  static override readonly name: string = 'CommandActionError';
  readonly code = 'ERR_COMMAND_ACTION';

  constructor(
    readonly action: CommandAction | 'execute',
    readonly offered: ReadonlySet<CommandAction>,
  ) {
    const now = offered.size === 0 ? 'the command has ended' : `there is ${[...offered].join(', ')}`;
    super(`the command does not offer ${action}: ${now}`);
  }
}

/** Why somebody's execution of a command of ours is over. */
export type CommandEnd = 'back' | 'canceled' | 'expired' | 'gone' | 'removed' | 'session-over';

const WHY: Readonly<Record<CommandEnd, string>> = {
  back: 'who runs the command goes back a stage',
  canceled: 'who runs the command cancelled it',
  expired: 'who runs the command did not go on in time',
  gone: 'who runs the command is gone',
  removed: 'the command was removed',
  'session-over': 'the connection was lost',
};

/** What `ask()` rejects with, and the reason of `context.signal`, where an execution of our command is over. */
export class CommandEndedError extends SestinaError {
  static override readonly name: string = 'CommandEndedError';
  readonly code = 'ERR_COMMAND_ENDED';

  constructor(readonly reason: CommandEnd) {
    super(WHY[reason]);
  }
}

/** What `ask()` rejects with where the asker goes back: the command is run again, up to the stage before. */
export class GoBack extends CommandEndedError {
  static override readonly name: string = 'GoBack';

  constructor() {
    super('back');
  }
}
