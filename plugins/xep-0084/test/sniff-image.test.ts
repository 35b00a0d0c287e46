import { describe, expect, it } from 'vitest';
import { sniffImage } from '../src/index.js';
import { gif, jpeg, png, webp } from './images.js';

describe('the header of an image', () => {
  it('says what it is and how large', () => {
    const all = [png(640, 480), jpeg(640, 480), gif(640, 480)];
    for (const kind of ['VP8 ', 'VP8L', 'VP8X'] as const) all.push(webp(kind, 640, 480));
    const found = all.map((bytes) => sniffImage(bytes));
    expect(found.map((header) => header && [header.width, header.height])).toEqual(all.map(() => [640, 480]));
    const webps = ['image/webp', 'image/webp', 'image/webp'];
    expect(found.map((header) => header?.type)).toEqual(['image/png', 'image/jpeg', 'image/gif', ...webps]);
    expect(sniffImage(png(50_000, 50_000))).toEqual({ type: 'image/png', width: 50_000, height: 50_000 });
  });

  it('is none of what is cut, empty, without a size, or a text', () => {
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    for (const bytes of [
      svg,
      new Uint8Array(),
      png(0, 10),
      gif(10, 0),
      Uint8Array.of(0xff, 0xd8, 0xff, 0xd9, 0, 0, 0, 0, 0, 0, 0),
    ]) {
      expect(sniffImage(bytes)).toBeUndefined();
    }
    for (const whole of [
      png(1, 1),
      jpeg(1, 1),
      gif(1, 1),
      webp('VP8 ', 1, 1),
      webp('VP8L', 1, 1),
      webp('VP8X', 1, 1),
    ]) {
      for (let length = 0; length < whole.length; length++) {
        expect(() => sniffImage(whole.subarray(0, length))).not.toThrow();
      }
    }
    // Segments without end, and of no length.
    expect(sniffImage(new Uint8Array(1_000_000).fill(0xff).fill(0xd8, 1, 2))).toBeUndefined();
    const none = new Uint8Array(100_000).fill(0);
    none.set([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xe0, 0, 0]);
    expect(sniffImage(none)).toBeUndefined();
  });
});
