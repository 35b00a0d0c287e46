import { readFileSync } from 'node:fs';
import { MemoryMessageIndex } from '@sestina/message-index';
import { ScriptedStream } from '@sestina/testing';
import { MessageRetraction } from '@sestina/xep-0424';
import { expect, it } from 'vitest';

it('a retraction by somebody else takes nothing of Bob’s back (badxml 127)', async () => {
  const file = readFileSync(new URL('../../badxml/127-trust-retract-other-sender.xml', import.meta.url), 'utf8');
  const [spoofed = ''] = /<message .*<\/message>/s.exec(file) ?? [];
  const stream = await ScriptedStream.start({
    jid: 'alice@example.org/phone',
    plugins: [MemoryMessageIndex, MessageRetraction],
  });
  const { xmpp } = stream;
  const verified: boolean[] = [];
  xmpp.on('messageRetracted', (retracted) => verified.push(retracted.verified));
  const said: string[] = [];
  xmpp.on('message', ({ id }) => said.push(id ?? ''));
  await stream.recv(`<message from='bob@example.net/x' type='chat' id='bobs-message'><body>b</body></message>`);
  await stream.recv(spoofed);
  await stream.recv(spoofed.replace('mallory@evil.example/x', 'bob@example.net/y').replace('m3', 'm4'));
  expect([said, verified]).toEqual([['bobs-message'], [false, true]]);
  await stream.close();
});
