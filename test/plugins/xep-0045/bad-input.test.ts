import { readFileSync } from 'node:fs';
import { MultiUserChat } from '@sestina/xep-0045';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Play } from '../xep-0198/support.js';

/** What a file of test/badxml has behind the stream header. */
function bytes(name: string): string {
  const text = readFileSync(new URL(`../../badxml/${name}`, import.meta.url), 'utf8');
  return text.slice(text.indexOf('>', text.indexOf('<stream:stream')) + 1);
}

let play = new Play();

beforeEach(async () => {
  play = new Play();
  play.client.use(MultiUserChat);
  await play.start();
  await play.heard();
});

afterEach(async () => {
  const disposed = play.client.dispose();
  await play.clock.runUntilIdle();
  play.peer.drop();
  await disposed;
});

it('129: a private message of a room, whose nick is the address of a contact', async () => {
  const message = play.client.wait('message');
  await play.say(bytes('129-trust-muc-pm-as-contact.xml'));
  const { context } = await message;
  expect(context.kind).toBe('private');
  expect(context.peer.toString()).toBe('room@muc.example/boss@example.org');
  expect(context.author.jid.toString()).toBe('room@muc.example/boss@example.org');
});

it('130: a self-presence of a room that was never joined', async () => {
  await play.say(bytes('130-trust-muc-self-unjoined.xml'));
  expect([...play.client.plugin(MultiUserChat).rooms]).toEqual([]);
  expect(await play.heard()).not.toContain('muc.example');
});
