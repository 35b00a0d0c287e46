import { readFileSync } from 'node:fs';
import { ScriptedStream } from '@sestina/testing';
import { Bookmarks } from '@sestina/xep-0402';
import { expect, it } from 'vitest';

it('a stranger gives us no bookmark and takes us into no room (badxml 123)', async () => {
  const file = readFileSync(new URL('../../badxml/123-trust-pep-private-spoof.xml', import.meta.url), 'utf8');
  const [spoofed = ''] = /<message .*<\/message>/s.exec(file) ?? [];
  const stream = await ScriptedStream.start({ jid: 'alice@example.org/phone', plugins: [Bookmarks] });
  const told: string[] = [];
  stream.xmpp.on('bookmarkChanged', ({ bookmark }) => told.push(bookmark.room.full));
  await stream.recvResult(
    await stream.nextSent(),
    "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:bookmarks:1'/></pubsub>",
  );
  await stream.recv(spoofed);
  expect(told).toEqual([]);
  const entered = stream.sent.filter((sent) => sent.name === 'presence' && `${sent}`.includes('evil@muc.example'));
  expect(entered).toEqual([]);

  await stream.recv(spoofed.replace('mallory@evil.example', 'alice@example.org'));
  expect(told).toEqual(['evil@muc.example']);
  await stream.close();
});
