import { describe, expect, it } from 'vitest';
import type { Limits } from '../src/index.js';
import { byteByByte, bytesOf, givenSeed, HEADER, randomSplit, seeded, traceOf } from './harness.js';
import { INVALID, PIECES } from './random-xml.js';

const SMALL: Partial<Limits> = {
  maxStanzaBytes: 120,
  maxDepth: 3,
  maxAttributes: 5,
  maxNameBytes: 16,
  maxElements: 5,
  maxNamespaceDecls: 2,
  maxPrefixes: 3,
  maxAttributeBytes: 40,
};

function randomStream(random: () => number): Uint8Array {
  const parts: Uint8Array[] = [];
  if (random() < 0.95) parts.push(bytesOf(HEADER));
  // Most of the pieces are only interesting inside a stanza.
  if (random() < 0.8) parts.push(bytesOf("<message id='1'>"));
  const count = 1 + Math.floor(random() * 20);
  for (let i = 0; i < count; i++) {
    const good = random() < 0.3;
    if (random() < 0.02) parts.push(new Uint8Array(INVALID[Math.floor(random() * INVALID.length)]!));
    else if (good) parts.push(bytesOf("<message to='a'><body>Hé €</body></message>"));
    else parts.push(bytesOf(PIECES[Math.floor(random() * PIECES.length)]!));
  }
  return new Uint8Array(Buffer.concat(parts));
}

describe('random streams', () => {
  it('come out the same however they are cut', () => {
    const seed = givenSeed();
    const random = seeded(seed);
    const rounds = Number(process.env['ROUNDS'] ?? 3_000);
    for (let i = 0; i < rounds; i++) {
      const bytes = randomStream(random);
      const limits = random() < 0.5 ? { ...SMALL, maxStanzaBytes: 170 + Math.floor(random() * 60) } : {};
      const inside = random() < 0.5 ? { ...SMALL, maxStanzaBytes: 20 + Math.floor(random() * 80) } : undefined;
      const message = `SEED=${seed}, round ${i}: ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`;
      const whole = traceOf([bytes], limits, inside);
      expect(traceOf(byteByByte(bytes), limits, inside), message).toBe(whole);
      expect(traceOf(randomSplit(bytes, random), limits, inside), message).toBe(whole);
    }
  });
});
