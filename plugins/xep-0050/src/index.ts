/** XEP-0050: Ad-Hoc Commands, version 1.3.0. */
export { AdHocCommands, type CommandInfo } from './ad-hoc-commands.js';
export { CommandSession } from './command-session.js';
export {
  CommandActionError,
  type CommandEnd,
  CommandEndedError,
  CommandExpiredError,
  CommandFailedError,
  CommandNeedsInputError,
  type CommandNote,
  CommandProtocolError,
  GoBack,
} from './errors.js';
export { AdHocCommandsOptions, type CommandOptions, type ExecuteOptions, type StepOptions } from './options.js';
export { refusal } from './refusal.js';
export type { CommandContext, CommandInit, CommandResult, CommandRun, CommandStage } from './served-command.js';
export {
  Actions,
  BadAction,
  BadLocale,
  BadPayload,
  BadSessionId,
  Command,
  type CommandAction,
  MalformedAction,
  Note,
  NS_COMMANDS,
  SessionExpired,
} from './stanza.js';
