import { expect, it } from 'vitest';
import { linked, opened } from '../helpers/stream-link.js';
import { watchRejections } from '../helpers/stream-rejections.js';

watchRejections();

it('writes white space in a stream that is open, and none before or after', async () => {
  const early = await linked();
  early.link.sendSpace();
  expect(early.wire.take()).toBe('');
  const { link, wire } = await opened();
  link.sendSpace();
  expect(wire.take()).toBe(' ');
  link.destroy(new Error('done'));
  link.sendSpace();
  expect(wire.take()).toBe('');
});
