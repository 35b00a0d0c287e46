import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { decodeKey, encodeKey, folderOf } from '../src/keys.js';

describe('a key', () => {
  it.each([
    ['component-roster/romeo@montague.example', 'component-roster~:romeo@montague.example'],
    ['roster/a?b@x', 'roster~:a%3fb@x'],
    ['roster/a\\20b@x', 'roster~:a%5c20b@x'],
    ['Upper', '%55pper'],
    ['caps/sha-1/QgayPKawpkPSDYmwT/WM94uAlu0=', undefined],
    ['../../etc/passwd', '%2e%2e~:%2e%2e~:etc~:passwd'],
    ['a:b', 'a%3ab'],
    ['a.', 'a%2e'],
    ['$meta$', '%24meta%24'],
    ['ö', '%c3%b6'],
    ['', '%'],
    ['/', '%2f'],
    ['a/', 'a%2f'],
    ['//a', '~:~:a'],
    ["it's~(1)*!", 'it%27s%7e%281%29%2a%21'],
    ['a//', 'a~:%2f'],
  ])('%j is written in a way that drivers leave alone, and read back', (key, expected) => {
    const encoded = encodeKey(key);
    if (expected !== undefined) expect(encoded).toBe(expected);
    expect(encoded).toMatch(/^[a-z0-9_@.%~+:-]+$/);
    expect(encoded).not.toMatch(/^:|:$|::|\.\./);
    expect(decodeKey(encoded)).toBe(key);
  });

  it('that is long goes on in folders, and no part is too long for a file name', () => {
    const key = `roster/${'ü'.repeat(1_000)}@x`;
    const encoded = encodeKey(key);
    expect(Math.max(...encoded.split(':').map((part) => part.length))).toBeLessThan(200);
    expect(decodeKey(encoded)).toBe(key);
  });

  it('is never the folder of another one', () => {
    const long = 'a'.repeat(180);
    const names = ['a', 'a/b', long, `${long}b`, `${long}/b`].map((key) => encodeKey(key).split(':'));
    for (const [first, ...rest] of names) if (rest.length > 0) expect(names).not.toContainEqual([first]);
  });

  it('of half a character is refused', () => {
    expect(() => encodeKey('\ud800')).toThrow(URIError);
  });

  it('of somebody else is none', () => {
    for (const foreign of ['A', 'a~', 'a%zz', 'a%2E', 'a$', '%', 'a:b', 'x%41:y']) {
      expect(decodeKey(foreign), foreign).toBe(foreign === '%' ? '' : undefined);
    }
  });

  it('of any kind comes back, two are never written alike, and its folder is known', () => {
    const random = new SeededRandom(20_114);
    const alphabet = ['a', 'B', '.', '/', ':', '?', '%', '~', '+', '\\', 'é', '😀', '@', ' ', '0'];
    const pick = (): string => alphabet[Math.floor(random.fraction() * alphabet.length)] ?? '';
    const seen = new Map<string, string>();
    for (let i = 0; i < 3_000; i++) {
      const key = Array.from({ length: Math.floor(random.fraction() * 8) }, pick).join('');
      const encoded = encodeKey(key);
      expect(decodeKey(encoded), `seed ${random.seed}`).toBe(key);
      expect(seen.get(encoded) ?? key, `seed ${random.seed}`).toBe(key);
      seen.set(encoded, key);
      const folder = folderOf(key);
      expect(encodeKey(`${key}x`).startsWith(folder === '' ? '' : `${folder}:`), `seed ${random.seed}`).toBe(true);
    }
  });
});
