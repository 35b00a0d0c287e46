/** What every error of this project has: a stable code to branch on, and whether trying again can help. */
export abstract class SestinaError extends Error {
  /** A literal, so that minified bundles keep it; a class that extends this one and says nothing has its own name. */
  static override readonly name: string = 'SestinaError';
  /** Stable across releases; the message is not. */
  abstract readonly code: string;
  /** True where the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An option or an argument that cannot work. Thrown at once, before anything is done. */
export class ConfigError extends SestinaError {
  static override readonly name: string = 'ConfigError';
  readonly code = 'ERR_CONFIG';

  constructor(
    message: string,
    /** The name of the option. */
    readonly option: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
