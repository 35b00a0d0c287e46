import { readFileSync } from 'node:fs';
import { MemoryMessageIndex } from '@sestina/message-index';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { DisplayedSync } from '@sestina/xep-0490';
import { afterEach, expect, it } from 'vitest';

const NS_MDS = 'urn:xmpp:mds:displayed:0';
const DISCO =
  `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/>` +
  `<feature var='urn:xmpp:sid:0'/><feature var='http://jabber.org/protocol/pubsub#publish-options'/></query>`;
const streams = useStreams(afterEach);

function stanza(name: string): string {
  const file = readFileSync(new URL(`../../badxml/${name}`, import.meta.url), 'utf8');
  return /<message .*<\/message>/s.exec(file)?.[0] ?? '';
}

async function start() {
  const stream = await ScriptedStream.start({
    jid: 'alice@example.org/phone',
    plugins: [MemoryMessageIndex, DisplayedSync],
  });
  streams.keep(stream);
  const { xmpp } = stream;
  let seen = 0;
  const published: string[] = [];
  const answer = async (): Promise<void> => {
    await stream.idle();
    for (let next = stream.sent[seen]; next; next = stream.sent[seen]) {
      seen += 1;
      const pubsub = next.child('pubsub', 'http://jabber.org/protocol/pubsub');
      if (next.child('query', 'http://jabber.org/protocol/disco#info')) await stream.recvResult(next, DISCO);
      else if (pubsub?.child('items')) await stream.recvError(next, 'item-not-found');
      else if (pubsub?.child('publish')) published.push(`${pubsub}`);
    }
  };
  await answer();
  return { stream, xmpp, sync: xmpp.plugin(DisplayedSync), answer, published };
}

it('a stranger says nothing of what was shown on our devices (badxml 123)', async () => {
  const { stream, xmpp, sync } = await start();
  const told: string[] = [];
  xmpp.on('displayedSynced', ({ archiveId }) => told.push(archiveId));
  const by = (who: string) =>
    `<displayed xmlns='${NS_MDS}'><stanza-id xmlns='urn:xmpp:sid:0' by='${who}' id='x'/></displayed>`;
  const spoofed = stanza('123-trust-pep-private-spoof.xml')
    .replaceAll('urn:xmpp:bookmarks:1', NS_MDS)
    .replace(/(<item [^>]*>).*(<\/item>)/s, `$1${by('alice@example.org')}$2`);
  expect(spoofed).toContain(NS_MDS);
  for (const from of [
    'mallory@evil.example',
    'alice@example.org/pad',
    'example.org',
    'alice@example.org.evil.example',
  ]) {
    await stream.recv(spoofed.replace('mallory@evil.example', from));
  }
  expect([told, sync.position('evil@muc.example')]).toEqual([[], undefined]);
  await stream.recv(spoofed.replace('mallory@evil.example', 'alice@example.org'));
  expect(told).toEqual(['x']);
});

it('what a stranger calls a message is not told to the server (badxml 124)', async () => {
  const { stream, xmpp, sync, answer, published } = await start();
  xmpp.on('message', (message) => sync.displayed(message.context.peer, message));
  const two = stanza('124-trust-stanza-id-by-other.xml');
  const foreign = two.replace(/<stanza-id [^>]*by='alice@example.org'[^>]*\/>/, '');
  const doubled = two.replace(`by='mallory@evil.example'`, `by='alice@example.org'`);
  for (const each of [foreign, doubled]) {
    await stream.recv(each);
    await stream.clock.advance(10_000);
    await answer();
  }
  expect([published, sync.position('mallory@evil.example')]).toEqual([[], undefined]);
  // With that of our own archive beside it, that one counts.
  await stream.recv(two);
  await stream.clock.advance(10_000);
  await answer();
  expect(published).toHaveLength(1);
  expect(published[0]).toMatch(/by='alice@example.org' id='1'/);
});

it('two connections of one process keep apart what was shown', async () => {
  const [one, other] = [await start(), await start()];
  one.xmpp.on('message', (message) => one.sync.displayed(message.context.peer, message));
  for (const { stream } of [one, other]) await stream.recv(stanza('124-trust-stanza-id-by-other.xml'));
  for (const each of [one, other]) {
    await each.stream.clock.advance(10_000);
    await each.answer();
  }
  expect([one.published.length, other.published.length]).toEqual([1, 0]);
  expect(other.sync.position('mallory@evil.example')).toBeUndefined();
});
