import { SestinaError } from '@sestina/core';
import { quoted } from '@sestina/core/util';

/** What is wrong with an answer. */
export interface FormProblem {
  /** The name of the field. */
  readonly var: string;
  /** In words, for the `<text/>` of an error. */
  readonly problem: string;
}

/** What was to be sent does not answer the form. */
export class FormAnswerError extends SestinaError {
  static override readonly name: string = 'FormAnswerError';
  readonly code = 'ERR_FORM_ANSWER';

  constructor(readonly problems: readonly FormProblem[]) {
    super(`the form is not answered: ${problems.map((each) => `${quoted(each.var)} ${each.problem}`).join('; ')}`);
  }
}
