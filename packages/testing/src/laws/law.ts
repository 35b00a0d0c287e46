import { SestinaError } from '@sestina/core';

/** A law: what holds for every plugin, whatever it does. Give each to a test runner: `test(law.name, () => law.check())`. */
export interface Law {
  /** What the law says, for the name of a test. */
  readonly name: string;
  /** @throws LawBrokenError where the plugin breaks it. */
  check(): Promise<void>;
}

/** A plugin that breaks a law; the message says where. */
export class LawBrokenError extends SestinaError {
  static override readonly name: string = 'LawBrokenError';
  readonly code = 'ERR_LAW_BROKEN';

  constructor(
    /** The id of the plugin. */
    readonly plugin: string,
    /** What it does that the law forbids. */
    readonly fault: string,
    options?: ErrorOptions,
  ) {
    super(`${plugin}: ${fault}`, options);
  }
}
