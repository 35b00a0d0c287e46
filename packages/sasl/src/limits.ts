/** Bytes in one message from the server, before anything in it is looked at. */
export const MAX_MESSAGE_BYTES = 8 * 1024;
/** Random bytes in our nonce; base64 makes 32 characters of them. */
export const CLIENT_NONCE_BYTES = 24;
/** Characters the server may add to our nonce. */
export const MAX_SERVER_NONCE = 1024;
/** Bytes in the salt. */
export const MAX_SALT_BYTES = 1024;

/** The iteration counts of SCRAM that are accepted. */
export interface ScramLimits {
  /** Fewer are refused, because the proof would give the password away (RFC 7677 section 4). Default 4096. */
  readonly minIterations: number;
  /** More are refused, because they would keep us busy for long (RFC 5802 section 9). Default 1,000,000. */
  readonly maxIterations: number;
}

/**
 * The limits with their defaults.
 * @throws RangeError where a limit is no positive integer, or the lower is above the higher
 */
export function scramLimits({
  minIterations = 4096,
  maxIterations = 1_000_000,
}: Partial<ScramLimits> = {}): ScramLimits {
  for (const [name, value] of Object.entries({ minIterations, maxIterations })) {
    if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} must be a positive integer`);
  }
  if (minIterations > maxIterations) throw new RangeError('minIterations is above maxIterations');
  return { minIterations, maxIterations };
}
