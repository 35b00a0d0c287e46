import { SaslLoginError } from '@sestina/sasl';
import { expect, it } from 'vitest';
import { loaded } from '../src/loaded.js';

it('a part that cannot be loaded is a login that may succeed later', async () => {
  const cause = new TypeError('Failed to fetch dynamically imported module');
  const failure = await loaded(Promise.reject(cause)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SaslLoginError);
  expect(failure).toMatchObject({ reason: 'temporary-auth-failure', retryable: true, cause });
});

it('a part that is there is what it is', async () => {
  expect(await loaded(Promise.resolve(1))).toBe(1);
});
