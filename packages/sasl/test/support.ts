import { randomBytes } from 'node:crypto';
import type { SaslEnvironment } from '@sestina/sasl';

export const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
export const bytes = (value: string) => Uint8Array.from(new TextEncoder().encode(value));
export const base64 = (value: Uint8Array | undefined) => Buffer.from(value ?? []).toString('base64');
export const fromBase64 = (value: string) => Uint8Array.from(Buffer.from(value, 'base64'));
export const random = (length: number) => Uint8Array.from(randomBytes(length));

/** A TLS connection without channel binding to a server that offers nothing, unless told otherwise. */
export function environment(changes: Partial<SaslEnvironment> = {}): SaslEnvironment {
  return {
    secure: true,
    randomBytes: random,
    channelBindingTypes: [],
    channelBinding: async (type) =>
      changes.channelBindingTypes?.includes(type) ? bytes(`data of ${type}`) : undefined,
    offeredMechanisms: [],
    ...changes,
  };
}

/** What the promise rejects with; fails the test if it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not reject');
}
