import { EphemeralPurpose, MessagePurpose, PermanentPurpose, ProfilePurpose } from './stanza.js';

/** What a file is for. `expiresBefore`: it has to be gone by then. */
export type UploadPurpose = 'message' | 'permanent' | 'profile' | { readonly expiresBefore: Date };
/** The name of a purpose, as its feature has it. */
export type PurposeName = 'ephemeral' | 'message' | 'permanent' | 'profile';

/** All there are. */
export const PURPOSES: readonly PurposeName[] = ['message', 'profile', 'ephemeral', 'permanent'];

export function nameOfPurpose(purpose: UploadPurpose): PurposeName {
  return typeof purpose === 'object' ? 'ephemeral' : purpose;
}

export function purposeElement(
  purpose: UploadPurpose,
): EphemeralPurpose | MessagePurpose | PermanentPurpose | ProfilePurpose {
  if (typeof purpose === 'object') return new EphemeralPurpose({ expireBefore: purpose.expiresBefore });
  if (purpose === 'message') return new MessagePurpose();
  return purpose === 'profile' ? new ProfilePurpose() : new PermanentPurpose();
}
