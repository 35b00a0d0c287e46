import { SestinaError } from '@sestina/core';

/** A scripted stream did not go as the script says. */
export class ScriptError extends SestinaError {
  static override readonly name: string = 'ScriptError';
  readonly code = 'ERR_SCRIPT';
}

/** A roster is not what it should be; the message lists every difference. */
export class RosterDifferenceError extends SestinaError {
  static override readonly name: string = 'RosterDifferenceError';
  readonly code = 'ERR_ROSTER_DIFFERENCE';
}
