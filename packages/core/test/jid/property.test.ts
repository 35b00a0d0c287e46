import { describe, expect, it } from 'vitest';
import { JID } from '../../src/jid/index.js';
import {
  enforceNickname,
  enforceOpaqueString,
  enforceUsername,
  nicknameForComparison,
} from '../../src/precis/index.js';

const seed = Number(process.env['SEED'] ?? 1);

/** A generator of numbers in [0, 1) (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Ranges in which something happens: case, composition, width, direction, joining, compatibility, what is ignored.
const RANGES: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0x61, 0x7a],
  [0x61, 0x7a],
  [0x41, 0x5a],
  [0x80, 0x17f],
  [0x1c0, 0x24f],
  [0x300, 0x34f],
  [0x370, 0x3ff],
  [0x400, 0x4ff],
  [0x590, 0x6ff],
  [0x900, 0x97f],
  [0x13a0, 0x13fd],
  [0xab70, 0xabbf],
  [0x1e00, 0x1fff],
  [0x2000, 0x214f],
  [0x3000, 0x30ff],
  [0x1100, 0x11ff],
  [0xac00, 0xd7a3],
  [0xd7f0, 0xe010],
  [0xf900, 0xfaff],
  [0xfb00, 0xfdff],
  [0xfe00, 0xffff],
  [0x10400, 0x1044f],
  [0x1d400, 0x1d7ff],
  [0x1e900, 0x1e95f],
  [0, 0x10ffff],
];

function texts(salt: number, count: number): string[] {
  const random = randomFrom(seed + salt);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  return Array.from({ length: count }, () => {
    // Most from one range, since a mix of all is rarely allowed.
    const home = pick(RANGES);
    return Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
      const [low, high] = random() < 0.7 ? home : pick(RANGES);
      return String.fromCodePoint(low + Math.floor(random() * (high - low + 1)));
    }).join('');
  });
}

describe(`random strings (SEED=${seed})`, () => {
  it('parse to what parses to itself', () => {
    const random = randomFrom(seed);
    let valid = 0;
    for (const text of texts(1, 20_000)) {
      const input = [text, `${text}@example.net`, `example.net/${text}`, `${text}@${text}/${text}`][
        Math.floor(random() * 4)
      ] as string;
      const once = JID.tryParse(input);
      if (once === undefined) continue;
      valid++;
      const twice = JID.parse(once.full);
      expect({ ...twice }, `SEED=${seed} ${JSON.stringify(input)}`).toEqual({ ...once });
      expect(twice.full).toBe(once.full);
    }
    expect(valid).toBeGreaterThan(1000);
  });

  it('are equal exactly where their normal forms are', () => {
    const jids = texts(2, 4000).flatMap((text) =>
      /[@/]/.test(text) ? [] : (JID.tryParse(`${text}@example.net`) ?? []),
    );
    for (const [index, one] of jids.entries()) {
      const other = jids[(index * 7 + 1) % jids.length] as JID;
      expect(one.equals(other), `SEED=${seed}`).toBe(one.full === other.full);
      expect(one.equals(`${(one.local ?? '').normalize('NFD')}@EXAMPLE.net.`), `SEED=${seed} ${one}`).toBe(true);
    }
    expect(jids.length).toBeGreaterThan(200);
  });

  it('come to the same domain by way of A-labels', () => {
    let international = 0;
    for (const text of texts(3, 10_000)) {
      const jid = JID.tryParse(text);
      if (jid === undefined || jid.asciiDomain === jid.domain) continue;
      international++;
      expect(jid.asciiDomain).toMatch(/^[!-~]+$/);
      expect(JID.parse(jid.asciiDomain).domain, `SEED=${seed} ${JSON.stringify(text)}`).toBe(jid.domain);
    }
    expect(international).toBeGreaterThan(500);
  });

  it.each([
    ['enforceUsername', enforceUsername],
    ['enforceOpaqueString', enforceOpaqueString],
    ['enforceNickname', enforceNickname],
    ['nicknameForComparison', nicknameForComparison],
  ])('are not changed by %s the second time', (_, enforce) => {
    const attempt = (text: string): string | undefined => {
      try {
        return enforce(text);
      } catch {
        return undefined;
      }
    };
    for (const text of texts(4, 10_000)) {
      const once = attempt(text);
      if (once !== undefined) expect(attempt(once), `SEED=${seed} ${JSON.stringify(text)}`).toBe(once);
    }
  });
});
