/** The header of a PNG of that size, and what is behind it. */
export function png(width: number, height: number, more = 0): Uint8Array {
  const bytes = new Uint8Array(33 + more);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}

/** The header of a JPEG of that size, behind a segment of a program. */
export function jpeg(width: number, height: number): Uint8Array {
  const bytes = Uint8Array.of(
    0xff,
    0xd8,
    0xff,
    0xff,
    0xe0,
    0,
    4,
    1,
    2,
    0xff,
    0xc0,
    0,
    11,
    8,
    0,
    0,
    0,
    0,
    1,
    1,
    0x11,
    0,
  );
  const view = new DataView(bytes.buffer);
  view.setUint16(14, height);
  view.setUint16(16, width);
  return bytes;
}

/** The header of a GIF of that size. */
export function gif(width: number, height: number): Uint8Array {
  const bytes = new TextEncoder().encode('GIF89a....');
  const view = new DataView(bytes.buffer);
  view.setUint16(6, width, true);
  view.setUint16(8, height, true);
  return bytes;
}

/** The header of a WebP of that size, of one of its three kinds. */
export function webp(kind: 'VP8 ' | 'VP8L' | 'VP8X', width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(30);
  bytes.set(new TextEncoder().encode(`RIFF....WEBP${kind}`));
  const view = new DataView(bytes.buffer);
  if (kind === 'VP8 ') {
    view.setUint16(26, width, true);
    view.setUint16(28, height, true);
  } else if (kind === 'VP8L') {
    view.setUint32(21, (width - 1) | ((height - 1) << 14), true);
  } else {
    view.setUint16(24, width - 1, true);
    view.setUint16(27, height - 1, true);
  }
  return bytes;
}
