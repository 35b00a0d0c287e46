import { readFileSync } from 'node:fs';
import { ScriptedStream } from '@sestina/testing';
import { DeliveryReceipts } from '@sestina/xep-0184';
import { expect, it } from 'vitest';

it('a receipt of somebody else settles nothing that was sent to Bob (badxml 128)', async () => {
  const file = readFileSync(new URL('../../badxml/128-trust-receipt-spoof.xml', import.meta.url), 'utf8');
  const [spoofed = ''] = /<message .*<\/message>/s.exec(file) ?? [];
  const stream = await ScriptedStream.start({ jid: 'alice@example.org/phone', plugins: [DeliveryReceipts] });
  const { xmpp } = stream;
  const known: boolean[] = [];
  xmpp.on('receiptReceived', (receipt) => known.push(receipt.known));
  const sending = xmpp.sendMessage({ to: 'bob@example.net', type: 'chat', body: 'b', id: 'sent-to-bob' });
  const delivered = xmpp.plugin(DeliveryReceipts).delivered(sending);
  await stream.recv(spoofed);
  await stream.recv(spoofed.replace('mallory@evil.example/x', 'bob@example.net/x'));
  expect(`${await delivered}`).toBe('bob@example.net/x');
  expect(known).toEqual([false, true]);
  await stream.close();
});
