/** For codecs. @throws TypeError that says what was expected and what was given. */
export function refuse(expects: string, value: unknown): never {
  const got = typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : String(value);
  throw new TypeError(`expected ${expects}, got ${got}`);
}
