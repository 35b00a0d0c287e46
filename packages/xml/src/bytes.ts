import { KINDS } from './byte-kinds.js';

/** The first place from there on, or the end, whose byte is of one of those kinds. */
export function firstOf(kind: number, bytes: Uint8Array, from: number): number {
  const kinds = KINDS;
  const { length } = bytes;
  const last = length - 4;
  let at = from;
  // Four in one round take two thirds of the time.
  for (; at <= last; at += 4) {
    if (((kinds[bytes[at] as number] as number) & kind) !== 0) return at;
    if (((kinds[bytes[at + 1] as number] as number) & kind) !== 0) return at + 1;
    if (((kinds[bytes[at + 2] as number] as number) & kind) !== 0) return at + 2;
    if (((kinds[bytes[at + 3] as number] as number) & kind) !== 0) return at + 3;
  }
  while (at < length && ((kinds[bytes[at] as number] as number) & kind) === 0) at++;
  return at;
}

/** Whether bytes from one place on are those from another place on. */
export function same(bytes: Uint8Array, at: number, others: Uint8Array, from: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[at + i] !== others[from + i]) return false;
  return true;
}

/** A hash of names and namespaces, which differ at their ends. */
export function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = to - from;
  for (let i = hash > 8 ? to - 8 : from; i < to; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
  return hash;
}
