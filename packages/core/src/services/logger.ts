/** Structured details of a log line. Never a secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the framework reports what nobody listens to. A class, so that it is its own injection token. */
export abstract class Logger {
  static readonly name: string = 'Logger';
  abstract debug(message: string, fields?: LogFields): void;
  abstract info(message: string, fields?: LogFields): void;
  abstract warn(message: string, fields?: LogFields): void;
  abstract error(message: string, fields?: LogFields): void;
}

/** The default: warnings and errors go to the console, the rest nowhere. */
export class ConsoleLogger extends Logger {
  debug(): void {}
  info(): void {}

  warn(message: string, fields?: LogFields): void {
    // biome-ignore lint/suspicious/noConsole: this is the one place that may
    console.warn(`sestina: ${message}`, ...(fields ? [fields] : []));
  }

  error(message: string, fields?: LogFields): void {
    // biome-ignore lint/suspicious/noConsole: this is the one place that may
    console.error(`sestina: ${message}`, ...(fields ? [fields] : []));
  }
}

/** Says nothing at all. */
export class SilentLogger extends Logger {
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
}
