import { VirtualClock } from '@sestina/testing';
import { expect, it } from 'vitest';
import type { Avatar } from '../src/index.js';
import { KnownImages } from '../src/known-images.js';

const avatar = (id: string, bytes = 500): Avatar => ({
  ...{ id, data: new Uint8Array(bytes), type: 'image/png', width: 1, height: 1 },
});

it('images of strangers make room before those of contacts, and ours makes room for nobody', () => {
  const images = new KnownImages(new VirtualClock(), 3_000);
  const there = (...ids: readonly string[]) => ids.filter((id) => images.get(id) !== undefined);
  images.keep(avatar('own'), 'own');
  images.keep(avatar('c1'), 'contact');
  images.keep(avatar('stranger'), 'stranger');
  images.keep(avatar('c2'), 'contact');
  expect(there('own', 'c1', 'stranger', 'c2')).toEqual(['own', 'c1', 'stranger', 'c2']);
  images.keep(avatar('c3'), 'contact');
  images.keep(avatar('other'), 'stranger');
  expect(there('own', 'c1', 'stranger', 'other', 'c2', 'c3')).toEqual(['own', 'c1', 'c2', 'c3']);
  images.keep(avatar('c4'), 'contact');
  expect(there('own', 'c1', 'c2', 'c3', 'c4')).toEqual(['own', 'c2', 'c3', 'c4']);
  images.clear();
  expect(there('own', 'c2', 'c3', 'c4')).toEqual([]);
});

it('an image is that of a contact as soon as one has it, though a stranger has it, too', () => {
  for (const order of [
    ['contact', 'stranger'],
    ['stranger', 'contact'],
  ] as const) {
    const images = new KnownImages(new VirtualClock(), 2_000);
    for (const whose of order) images.keep(avatar('shared'), whose);
    images.keep(avatar('other'), 'stranger');
    images.keep(avatar('c1'), 'contact');
    expect([images.get('shared')?.id, images.get('other')]).toEqual(['shared', undefined]);
  }
});

it('an image that takes more than all may take is not kept', () => {
  const images = new KnownImages(new VirtualClock(), 1_000);
  images.keep(avatar('large', 501), 'contact');
  expect(images.get('large')).toBeUndefined();
  images.keep(avatar('small', 500), 'contact');
  expect(images.get('small')?.data).toHaveLength(500);
});

it('what could not be had is known until its time is over', async () => {
  const clock = new VirtualClock();
  await clock.advance(1_000);
  const images = new KnownImages(clock, 1_000);
  images.miss('a', 100);
  images.miss('b', 100);
  await clock.advance(99);
  expect([images.isMiss('a'), images.isMiss('c')]).toEqual([true, false]);
  await clock.advance(1);
  expect(images.isMiss('a')).toBe(false);
  images.miss('b', 100);
  images.clear();
  expect(images.isMiss('b')).toBe(false);
});
