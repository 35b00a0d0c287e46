import type { Plugin } from '@sestina/core';
import { type ElementClass, JID, type XmlElement } from '@sestina/core';
import { parseXml } from '../xml/index.js';
import type { Unasked } from './declaration.js';
import { inWorld } from './living.js';
import { beyond } from './traces.js';
import type { Subject, World } from './world.js';

/** What a stanza causes: events, what is sent, what is known of the messages that are heard, errors. */
export async function effectsOf(
  world: World,
  stanza: XmlElement,
  installed: boolean,
  believed: (event: string, data: unknown) => boolean = () => true,
): Promise<string[]> {
  const { stream, subject, traces, xmpp } = world;
  const state = (): string =>
    installed && subject.declaration.state ? JSON.stringify(subject.declaration.state(world.plugin)) : '';
  const before = { sent: stream.sent.length, events: traces.events.length, state: state() };
  const heard: string[] = [];
  const listening = xmpp.onMessage(({ context }) => void heard.push(...describe(context)), {
    sources: ['stream', 'carbon', 'archive', 'history'],
  });
  await world.recv(stanza.copy());
  listening.dispose();
  const after = state();
  return [
    ...traces.events
      .slice(before.events)
      // The roster is the connection's own affair.
      .filter(({ name, data }) => name !== 'rosterUpdate' && believed(name, data))
      .map(({ name }) => `the event ${name}`),
    ...stream.sent
      .slice(before.sent)
      .filter((xml) => !isRefusal(xml) && !isRosterQuery(xml))
      .map((xml) => `sent ${xml}`),
    ...heard.map((fact) => `known of a message: ${fact}`),
    ...(after === before.state ? [] : [`state ${after}`]),
  ];
}

function isRefusal(xml: XmlElement): boolean {
  return xml.name === 'iq' && xml.attribute('type') === 'error';
}

function isRosterQuery(xml: XmlElement): boolean {
  return xml.name === 'iq' && xml.child('query', 'jabber:iq:roster') !== undefined;
}

function describe(context: object): string[] {
  return Object.entries(context).flatMap(([name, value]) => {
    // What kind of message it is says its payload, whoever has sent it: a forged reaction is nothing to read either.
    if (name === 'outer' || name === 'class' || value === undefined || value === false) return [];
    return [`${name}=${shown(value)}`];
  });
}

function shown(value: unknown): string {
  if (value instanceof JID || value instanceof Date || typeof value !== 'object' || value === null)
    return String(value);
  return JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Map ? [...inner] : inner));
}

/** Who is not who may send it: a stranger, and addresses that look like the sender's. */
function forgersOf({ forgers = [] }: Unasked<Plugin>, from: string): string[] {
  const { local, domain } = JID.from(from);
  const at = local === undefined ? '' : `${local}@`;
  return [`mallory@evil.example/x`, `${at}${domain}.evil.example`, `${at}evil.example`, ...forgers];
}

/** What the plugin makes of a stanza, beyond what happens without it. */
async function caused(subject: Subject, sample: Unasked<Plugin>, forger?: string): Promise<string[]> {
  let stanza: XmlElement | undefined;
  const effects = await inWorld(subject, { installed: true }, async (world) => {
    stanza = await prepared(world, sample);
    if (forger !== undefined) stanza.setAttribute('from', forger);
    return effectsOf(world, stanza, true, sample.believed);
  });
  const without = await inWorld(subject, {}, async (world) => (stanza ? effectsOf(world, stanza, false) : []));
  return beyond(effects, without);
}

/** The stanza of a sample, once everything has happened that has to be before. */
export async function prepared(world: World, { prepare, from }: Unasked<Plugin>): Promise<XmlElement> {
  await prepare?.(world);
  await world.settle();
  return parseXml(typeof from === 'string' ? from : from(world));
}

/** A forged sender of each payload that is taken unasked changes nothing; the one who may send it does. */
export async function checksSenders(subject: Subject): Promise<void> {
  const { cls, declaration } = subject;
  const { unasked = [], anybody = [] } = declaration;
  for (const sample of unasked) {
    const from = await inWorld(subject, { installed: true }, async (world) =>
      (await prepared(world, sample)).attribute('from'),
    );
    const name = `<${sample.payload.tag} xmlns='${sample.payload.namespace}'/>`;
    const effects = await caused(subject, sample);
    await inWorld(subject, {}, async (world) => {
      if (effects.length === 0) throw world.broken(`the ${name} that is declared changes nothing that can be seen`);
      for (const forger of forgersOf(sample, from ?? 'alice@example.org')) {
        const believed = await caused(subject, sample, forger);
        if (believed.length > 0) throw world.broken(`it believes a ${name} from ${forger}: ${believed.join('; ')}`);
      }
    });
  }
  const covered = new Set<ElementClass>([...unasked.map(({ payload }) => payload), ...anybody]);
  await inWorld(subject, { installed: true }, async (world) => {
    for (const { payload, by } of world.traces.payloads) {
      if (by !== cls.id || covered.has(payload)) continue;
      throw world.broken(
        `it takes <${payload.tag} xmlns='${payload.namespace}'/> from others: say from whom, under unasked or anybody`,
      );
    }
  });
}
