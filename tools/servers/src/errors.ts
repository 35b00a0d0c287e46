/** A test server could not be installed, started or told to do something. The message holds the way out. */
export class ServerError extends Error {
  /** Stable, to branch on. */
  readonly code = 'ERR_TEST_SERVER';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ServerError';
  }
}
