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

  it('is read where it begins, and ends, in a larger piece of memory', () => {
    for (const whole of [png(3, 2), gif(3, 2), webp('VP8 ', 3, 2), jpeg(3, 2)]) {
      const larger = new Uint8Array(whole.length + 100);
      larger.set(whole, 50);
      expect(sniffImage(larger.subarray(50, 50 + whole.length))).toMatchObject({ width: 3, height: 2 });
    }
  });

  it('is as long as it has to be', () => {
    for (const [whole, least] of [
      [png(3, 2), 24],
      [gif(3, 2), 10],
      [webp('VP8X', 3, 2), 30],
      [jpeg(3, 2), 18],
    ] as const) {
      expect(sniffImage(whole.subarray(0, least))).toMatchObject({ width: 3, height: 2 });
      expect(sniffImage(whole.subarray(0, least - 1))).toBeUndefined();
    }
  });

  it.each([
    ['PNG', png(3, 2), [0, 1, 7, 12, 15]],
    ['GIF', gif(3, 2), [0, 3, 5]],
    ['WebP', webp('VP8X', 3, 2), [0, 3, 8, 11, 12, 15]],
    ['JPEG', jpeg(3, 2), [0, 1, 2, 9]],
  ] as const)('is none of a %s where a byte is another one', (_what, whole, places) => {
    for (const at of places) {
      const other = whole.slice();
      other[at] = (other[at] ?? 0) ^ 0x28;
      expect(sniffImage(other), `byte ${at}`).toBeUndefined();
    }
  });

  it('has two versions of GIF', () => {
    const old = gif(3, 2);
    old[4] = 0x37;
    expect(sniffImage(old)).toEqual({ type: 'image/gif', width: 3, height: 2 });
  });

  it('has the largest sizes of WebP, and not what stands beside them', () => {
    for (const [kind, largest] of [
      ['VP8 ', 16_383],
      ['VP8L', 16_384],
      ['VP8X', 65_536],
    ] as const) {
      for (const [width, height] of [
        [largest, 1],
        [1, largest],
      ] as const)
        expect(sniffImage(webp(kind, width, height))).toEqual({ type: 'image/webp', width, height });
    }
    const scaled = webp('VP8 ', 3, 2);
    scaled[27] = 0x40;
    scaled[29] = 0x80;
    expect(sniffImage(scaled)).toMatchObject({ width: 3, height: 2 });
    const transparent = webp('VP8L', 3, 2);
    transparent[24] = 0x10;
    expect(sniffImage(transparent)).toMatchObject({ width: 3, height: 2 });
    const huge = webp('VP8X', 3, 2);
    huge[26] = 1;
    huge[29] = 2;
    expect(sniffImage(huge)).toMatchObject({ width: 65_536 + 3, height: 2 * 65_536 + 2 });
  });

  it.each([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xcf])('of a JPEG lies in a frame of any kind: %i', (marker) => {
    const bytes = jpeg(3, 2);
    bytes[10] = marker;
    expect(sniffImage(bytes)).toEqual({ type: 'image/jpeg', width: 3, height: 2 });
  });

  it.each([0xbf, 0xc4, 0xc8, 0xcc, 0xd0])('of a JPEG lies in no segment of another kind: %i', (marker) => {
    const bytes = jpeg(3, 2);
    bytes[10] = marker;
    expect(sniffImage(bytes)).toBeUndefined();
    // It lies behind that.
    const [start, segment, frame] = [bytes.subarray(0, 4), Uint8Array.of(marker, 0, 4, 0, 0), jpeg(3, 2).subarray(9)];
    const whole = Uint8Array.of(...start.subarray(0, 2), 0xff, ...segment, ...frame);
    expect(sniffImage(whole)).toMatchObject({ width: 3, height: 2 });
  });

  it.each([0xd9, 0xda])('of a JPEG does not lie where the image has begun, or ended: %i', (marker) => {
    const bytes = jpeg(3, 2);
    const whole = Uint8Array.of(0xff, 0xd8, 0xff, marker, 0, 4, 0, 0, ...bytes.subarray(9));
    expect(sniffImage(whole)).toBeUndefined();
  });

  it('of a JPEG is looked for in two hundred segments', () => {
    const behind = (segments: number): Uint8Array => {
      const before = Array.from({ length: segments }, () => [0xff, 0xe0, 0, 2]).flat();
      return Uint8Array.of(0xff, 0xd8, ...before, ...jpeg(3, 2).subarray(9));
    };
    expect(sniffImage(behind(199))).toMatchObject({ width: 3, height: 2 });
    expect(sniffImage(behind(200))).toBeUndefined();
  });
});
