/** What to say of something that failed. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
