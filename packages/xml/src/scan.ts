/** Past white space. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x09 && code !== 0x0d) break;
  }
  return at;
}

export function isSpace(chunk: Uint8Array | string): boolean {
  if (typeof chunk === 'string') return skipSpace(chunk, 0) === chunk.length;
  return chunk.every((byte) => byte === 0x20 || byte === 0x0a || byte === 0x09 || byte === 0x0d);
}
