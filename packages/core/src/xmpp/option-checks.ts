import { ConfigError } from '../errors.js';

/**
 * The options as they were given. Other properties are left alone, since objects with more in them are spread into options;
 * a misspelled option is not.
 * @throws ConfigError where there are none, or for a name that is nearly one of the known.
 */
export function knownOptions<T extends object>(given: T, known: Readonly<Record<keyof T, unknown>>): T {
  if (!isObject(given)) throw new ConfigError('give an object with options, jid among them', 'jid');
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue;
    const meant = Object.keys(known).find((option) => isNearly(name, option));
    if (meant) throw new ConfigError(`there is no option "${name}": did you mean "${meant}"?`, name);
  }
  return given;
}

/** One edit apart for short names, two for longer ones, whatever the case. */
function isNearly(name: string, option: string): boolean {
  if (name.length < 4 || name.length > 30) return false;
  const allowed = name.length < 6 ? 1 : 2;
  if (Math.abs(name.length - option.length) > allowed) return false;
  return editDistance(name.toLowerCase(), option.toLowerCase()) <= allowed;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/**
 * @param got What was given, for the message; empty for what may be a secret.
 * @throws ConfigError where the option is given, and does not fit.
 */
export function checkOption(name: string, value: unknown, fits: boolean, what: string, got = shown(value)): void {
  if (value === undefined || fits) return;
  throw new ConfigError(`${name} has to be ${what}${got && `, got ${got}`}`, name);
}

/** An option that is true or false. @throws ConfigError for anything else. */
export function booleanOption(name: string, value: boolean | undefined): void {
  checkOption(name, value, typeof value === 'boolean', 'true or false');
}

/** An option that says who may know something, an `Audience`. @throws ConfigError for anything else. */
export function audienceOption(name: string, value: unknown): void {
  const fits = typeof value === 'function' || isOneOf(value, 'account', 'contacts', 'everybody', 'nobody');
  checkOption(name, value, fits, "'account', 'contacts', 'everybody', 'nobody' or a function");
}

/** An option that is an object with options, and nothing else in it. @throws ConfigError for anything else. */
export function nestedOptions(name: string, value: unknown, known: object, what = 'an object'): void {
  checkOption(name, value, isObject(value), what);
  for (const inner of Object.keys(value ?? {})) {
    if (Object.hasOwn(known, inner)) continue;
    const path = `${name}.${inner}`;
    throw new ConfigError(`there is no option "${path}", only ${Object.keys(known).join(', ')}`, path);
  }
}

/** Whether it is an object that can do that. */
export function hasMethod(value: unknown, method: string): boolean {
  return typeof Object(value)[method] === 'function';
}

/** Whether it is one of these. */
export function isOneOf(value: unknown, ...these: readonly unknown[]): boolean {
  return these.includes(value);
}

/** Where to connect, and by what. @throws ConfigError for what is no host, port or transport. */
export function connectOptions(options: {
  readonly host?: unknown;
  readonly port?: unknown;
  readonly transports?: unknown;
}): void {
  const { host, port, transports } = options;
  checkOption('host', host, typeof host === 'string' && host !== '', 'a host name');
  const fits = Number.isInteger(port) && (port as number) > 0 && (port as number) < 65_536;
  checkOption('port', port, fits, 'a whole number from 1 to 65535');
  const all = [transports].flat().every((factory) => hasMethod(factory, 'create'));
  checkOption('transports', transports, all, 'a transport factory, or a list of them');
}

/** Whether it can have options in it. */
export function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : typeof value === 'object' && value ? 'an object' : String(value);
}
