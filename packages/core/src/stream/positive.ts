import { ConfigError } from '../errors.js';

/** The value of an option that is a positive number. @throws ConfigError for anything else. */
export function positive(option: string, value: number): number {
  if (!(typeof value === 'number' && value > 0 && Number.isFinite(value))) {
    throw new ConfigError(`${option} has to be a positive number, got ${value}`, option);
  }
  return value;
}
