/** What an image says of itself in its first bytes. */
export interface ImageHeader {
  readonly type: 'image/gif' | 'image/jpeg' | 'image/png' | 'image/webp';
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

// What stands before the size of a JPEG are a few segments, each with its length.
const MAX_SEGMENTS = 200;

/**
 * Which kind of image it is and how large, as its own header says, without decoding it; undefined for all that is no PNG, JPEG, GIF or WebP, as
 * SVG, which may hold scripts.
 */
export function sniffImage(bytes: Uint8Array): ImageHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = png(view) ?? gif(view) ?? webp(view) ?? jpeg(view);
  return found && found.width > 0 && found.height > 0 ? found : undefined;
}

function text(view: DataView, at: number, length: number): string {
  let read = '';
  for (let i = at; i < at + length && i < view.byteLength; i++) read += String.fromCharCode(view.getUint8(i));
  return read;
}

function png(view: DataView): ImageHeader | undefined {
  if (view.byteLength < 24 || text(view, 0, 8) !== '\x89PNG\r\n\x1a\n' || text(view, 12, 4) !== 'IHDR')
    return undefined;
  return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
}

function gif(view: DataView): ImageHeader | undefined {
  if (view.byteLength < 10 || !['GIF87a', 'GIF89a'].includes(text(view, 0, 6))) return undefined;
  return { type: 'image/gif', width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

function webp(view: DataView): ImageHeader | undefined {
  if (view.byteLength < 30 || text(view, 0, 4) !== 'RIFF' || text(view, 8, 4) !== 'WEBP') return undefined;
  const type = 'image/webp';
  switch (text(view, 12, 4)) {
    case 'VP8 ':
      return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X': {
      const number = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000 + 1;
      return { type, width: number(24), height: number(27) };
    }
    default:
      return undefined;
  }
}

function jpeg(view: DataView): ImageHeader | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  let at = 2;
  for (let segments = 0; segments < MAX_SEGMENTS && at + 9 <= view.byteLength; segments++) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // filling
      continue;
    }
    // Start of frame, of any kind: DHT, JPG and DAC lie among their numbers.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { type: 'image/jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    // The image begins, or ends, without having said how large it is.
    if (marker === 0xda || marker === 0xd9) return undefined;
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
