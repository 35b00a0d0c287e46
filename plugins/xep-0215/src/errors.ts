import { SestinaError } from '@sestina/core';
import { quoted } from '@sestina/core/util';

/** A server answers, and has no password for the service. */
export class NoCredentialsError extends SestinaError {
  static override readonly name = 'NoCredentialsError';
  readonly code = 'ERR_NO_CREDENTIALS';

  constructor(
    /** Who was asked. */
    readonly server: string,
    readonly type: string,
    readonly host: string,
  ) {
    super(`${quoted(server)} gave no password for the ${quoted(type)} service at ${quoted(host)}: use another service`);
  }
}
