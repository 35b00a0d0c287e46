import { ConfigError, Iq } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { DiscoInfo, DiscoItems, NS_DISCO_INFO, NS_DISCO_ITEMS } from '@sestina/xep-0030';
import { afterEach, expect, it } from 'vitest';
import { AdHocCommands, NS_COMMANDS } from '../src/index.js';
import { BOT, bot, JULIET } from './asker.js';

const streams = useStreams(afterEach);
let count = 0;

async function ask(
  stream: ScriptedStream,
  namespace: string,
  node: string | undefined,
  more: { to?: string; from?: string } = {},
) {
  const { to = BOT, from = JULIET } = more;
  count += 1;
  const about = node === undefined ? '' : ` node='${node}'`;
  await stream.recv(
    `<iq type='get' id='d${count}' from='${from}' to='${to}'><query xmlns='${namespace}'${about}/></iq>`,
  );
  const iq = new Iq(await stream.nextSent());
  const info = iq.payload(DiscoInfo);
  const items = iq.payload(DiscoItems);
  if (iq.type === 'error') return iq.error?.condition;
  if (items) return [...items.items].map(({ jid, node: name }) => `${jid} ${name}`);
  return [...(info?.identities ?? [])].map(({ category, type }) => `${category}/${type}`).concat(info?.features ?? []);
}

it('tells whoever asks of the commands that they may run, and of no others', async () => {
  const stream = streams.keep(await ScriptedStream.start(bot()));
  const commands = stream.xmpp.plugin(AdHocCommands);
  expect(await ask(stream, NS_DISCO_ITEMS, NS_COMMANDS)).toBe('item-not-found');
  const juliets = commands.add({
    node: 'a',
    features: ['urn:example:a'],
    allow: (from) => from?.bare.full === 'juliet@capulet.example',
    run: () => undefined,
  });
  commands.add({ node: 'b', run: () => undefined });
  commands.add({ node: 'c', place: `x@${BOT}`, allow: 'everybody', run: () => undefined });
  expect(await ask(stream, NS_DISCO_ITEMS, NS_COMMANDS)).toEqual([`${BOT} a`]);
  expect(await ask(stream, NS_DISCO_ITEMS, NS_COMMANDS, { to: `x@${BOT}` })).toEqual([`x@${BOT} a`, `x@${BOT} c`]);
  expect(await ask(stream, NS_DISCO_ITEMS, NS_COMMANDS, { from: 'eve@evil.example/x' })).toEqual([]);
  expect(await ask(stream, NS_DISCO_INFO, NS_COMMANDS)).toEqual([
    'automation/command-list',
    NS_DISCO_INFO,
    NS_COMMANDS,
  ]);
  const node = ['automation/command-node', NS_DISCO_INFO, NS_COMMANDS, 'jabber:x:data', 'urn:example:a'];
  expect(await ask(stream, NS_DISCO_INFO, 'a')).toEqual(node);
  expect(await ask(stream, NS_DISCO_ITEMS, 'a')).toEqual([]);
  expect(await ask(stream, NS_DISCO_INFO, 'a', { from: 'eve@evil.example/x' })).toBe('forbidden');
  expect(await ask(stream, NS_DISCO_INFO, 'b')).toBe('forbidden');
  expect(await ask(stream, NS_DISCO_INFO, 'c')).toBe('item-not-found');
  juliets.dispose();
  expect(await ask(stream, NS_DISCO_INFO, 'a')).toBe('item-not-found');
});

it('announces that there are commands only where there are some', async () => {
  const stream = streams.keep(await ScriptedStream.start(bot()));
  const commands = stream.xmpp.plugin(AdHocCommands);
  expect(await ask(stream, NS_DISCO_INFO, undefined)).not.toContain(NS_COMMANDS);
  const at = commands.add({ node: 'c', place: `x@${BOT}`, allow: 'everybody', run: () => undefined });
  expect(await ask(stream, NS_DISCO_INFO, undefined)).not.toContain(NS_COMMANDS);
  expect(await ask(stream, NS_DISCO_INFO, undefined, { to: `x@${BOT}` })).toContain(NS_COMMANDS);
  at.dispose();
  expect(await ask(stream, NS_DISCO_INFO, undefined, { to: `x@${BOT}` })).not.toContain(NS_COMMANDS);
  commands.add({ node: 'a', run: () => undefined });
  commands.add({ node: 'b', run: () => undefined });
  expect(await ask(stream, NS_DISCO_INFO, undefined)).toContain(NS_COMMANDS);
  stream.xmpp.remove(AdHocCommands);
  expect(await ask(stream, NS_DISCO_INFO, undefined)).not.toContain(NS_COMMANDS);
});

it('refuses a command that is none, and a second one of the same name at the same place', async () => {
  const stream = streams.keep(await ScriptedStream.start(bot()));
  const commands = stream.xmpp.plugin(AdHocCommands);
  const run = (): undefined => undefined;
  commands.add({ node: 'a', run });
  commands.add({ node: 'a', place: `x@${BOT}`, run });
  expect(() => commands.add({ node: 'a', run })).toThrow(ConfigError);
  expect(() => commands.add({ node: '', run })).toThrow(ConfigError);
  expect(() => commands.add({ node: 'b', run: 'no function' as never })).toThrow(ConfigError);
});
