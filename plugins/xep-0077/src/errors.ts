import { SestinaError, type StanzaError } from '@sestina/core';
import { quoted } from '@sestina/core/util';
import type { Form } from '@sestina/xep-0004';

/** Somebody has that name already: choose another one. */
export class UsernameTakenError extends SestinaError {
  static override readonly name: string = 'UsernameTakenError';
  readonly code = 'ERR_USERNAME_TAKEN';

  constructor(
    /** Where one wanted to register. */
    readonly service: string,
    cause: StanzaError,
  ) {
    super(`${quoted(service)} has somebody of that name already: choose another one`, { cause });
  }
}

/** Something more has to be said: `form` is to be filled in, or `missing` to be answered. */
export class RegistrationIncompleteError extends SestinaError {
  static override readonly name: string = 'RegistrationIncompleteError';
  readonly code = 'ERR_REGISTRATION_INCOMPLETE';
  /** What the other side wants to have filled in; undefined where it does not say. Not among what a log prints. */
  readonly form!: Form | undefined;

  constructor(
    readonly service: string,
    /** The names of the fields that are missing or wrong, where nothing was sent. */
    readonly missing: readonly string[],
    form: Form | undefined,
    cause?: StanzaError,
  ) {
    const what = missing.length > 0 ? missing.map((name) => quoted(name)).join(', ') : 'something more';
    super(`${quoted(service)} asks for ${what}${form ? ': see form' : ''}`, cause && { cause });
    Object.defineProperty(this, 'form', { value: form, enumerable: false });
  }
}

/** Nobody can register there in this way. */
export class RegistrationNotOfferedError extends SestinaError {
  static override readonly name: string = 'RegistrationNotOfferedError';
  readonly code = 'ERR_REGISTRATION_NOT_OFFERED';

  constructor(
    readonly service: string,
    cause?: StanzaError,
  ) {
    super(`${quoted(service)} does not let anybody register over XMPP`, cause && { cause });
  }
}

/** One registers elsewhere: show `url` to a person. It is the word of the other side, and nothing was opened. */
export class RegistrationRedirectError extends SestinaError {
  static override readonly name: string = 'RegistrationRedirectError';
  readonly code = 'ERR_REGISTRATION_REDIRECT';

  constructor(
    readonly service: string,
    readonly url: string | undefined,
    /** For people. */
    readonly instructions: string | undefined,
  ) {
    super(
      `to register with ${quoted(service)} go to ${url === undefined ? 'where its instructions say' : quoted(url)}`,
    );
  }
}

/** A password would be readable for everybody on the way, or go to a server that nobody has checked. Nothing was sent. */
export class RegistrationPlaintextError extends SestinaError {
  static override readonly name: string = 'RegistrationPlaintextError';
  readonly code = 'ERR_REGISTRATION_PLAINTEXT';

  constructor() {
    super('a password is not sent without TLS, or to a server that was not checked, unless allowPlaintext is true');
  }
}
