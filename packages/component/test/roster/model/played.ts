import { type ComponentXMPP, RosterStore } from '@sestina/component';
import { MemoryStorage, type Storage, type XMPPEvents, type XmlElement } from '@sestina/core';
import type { ScriptedStream } from '@sestina/testing';
import { scripted } from '../../scripted.js';
import { WATCHED } from '../watched.js';
import { type Act, OWNERS, PEOPLE, type Step } from './steps.js';

const HEARD = [...WATCHED, 'presenceBroadcast', 'error'] as const satisfies readonly (keyof XMPPEvents)[];

const ACTS = {
  subscribe: 'subscribe',
  subscribed: 'authorize',
  unsubscribe: 'unsubscribe',
  unsubscribed: 'unauthorize',
} as const satisfies Record<Act, string>;

/** A component on a virtual clock, of which a step plays the server; with a store, or without. */
export class PlayedComponent {
  readonly #storage: Storage | undefined;
  #stream: ScriptedStream;
  #seen = 0;
  events: string[] = [];

  private constructor(stream: ScriptedStream, storage: Storage | undefined) {
    this.#stream = stream;
    this.#storage = storage;
    this.#watch();
  }

  static async start(stored: boolean): Promise<PlayedComponent> {
    const storage = stored ? new MemoryStorage() : undefined;
    return new PlayedComponent(await connect(storage), storage);
  }

  get component(): ComponentXMPP {
    return this.#stream.xmpp as ComponentXMPP;
  }

  #watch(): void {
    this.#seen = this.#stream.sent.length;
    for (const name of HEARD) this.component.on(name, (data) => this.events.push(eventLine(name, data)));
  }

  async run(step: Step): Promise<void> {
    const { roster } = this.component;
    switch (step.kind) {
      case 'presence':
        return this.#stream.recv(presenceText(step));
      case 'act':
        roster.of(step.owner)[ACTS[step.type]](step.jid);
        return this.#stream.idle();
      case 'update': {
        const changes = {
          ...(step.name !== undefined && { name: step.name }),
          ...(step.groups && { groups: step.groups }),
        };
        await roster.of(step.owner).update(step.jid, changes);
        return this.#stream.idle();
      }
      case 'remove':
        await roster.of(step.owner).remove(step.jid);
        return this.#stream.idle();
      case 'broadcast':
        this.component.as(`${step.owner}${step.resource}`).sendPresence(step.available ? {} : { type: 'unavailable' });
        return this.#stream.idle();
      case 'policy':
        roster.autoAuthorize = step.authorize;
        roster.autoSubscribe = step.subscribe;
        return;
      case 'reconnect':
        return this.#reconnect(step.restart);
    }
  }

  async #reconnect(restart: boolean): Promise<void> {
    await this.#stream.drop();
    if (restart) {
      await this.#stream.close();
      this.#stream = await connect(this.#storage);
      this.#watch();
      return;
    }
    this.#stream.skipSent();
    await this.#stream.connect();
    // The handshake takes WebCrypto, for which a busy machine takes its time.
    await this.#stream.nextSent({ timeout: 30_000 });
    await this.#stream.recv('<handshake/>');
    await this.#stream.session;
    this.#seen = this.#stream.sent.length;
  }

  /** What was sent since the last look. */
  takeSent(): string[] {
    const sent = this.#stream.sent.slice(this.#seen);
    this.#seen = this.#stream.sent.length;
    return sent.map(sentLine);
  }

  /** Everything that can be seen, by address of ours and of theirs. */
  async visible(): Promise<Record<string, unknown>> {
    const visible: Record<string, unknown> = {};
    for (const owner of OWNERS) {
      const node = this.component.roster.of(owner);
      await node.load();
      visible[owner] = { size: node.size, last: node.lastPresence?.from?.full };
      for (const person of PEOPLE) {
        const item = node.get(person);
        if (!item) continue;
        const { name, groups, subscription, ask, pendingIn, inRoster } = item;
        const resources = [...item.resources].map(([key, { show, priority }]) => [key, show, priority]);
        visible[`${owner} ${person}`] = { name, groups, subscription, ask, pendingIn, inRoster, resources };
      }
    }
    return visible;
  }

  close(): Promise<void> {
    return this.#stream.close();
  }
}

async function connect(storage: Storage | undefined): Promise<ScriptedStream> {
  const options = { jid: 'echo.example.org', ...(storage && { storage }) };
  const { stream } = await scripted(options, (component) => {
    if (storage) component.use(RosterStore);
  });
  return stream;
}

function presenceText({ from, to, type, show, priority }: Extract<Step, { kind: 'presence' }>): string {
  const inside = Object.entries({ show, priority }).map(([name, value]) =>
    value === undefined ? '' : `<${name}>${value}</${name}>`,
  );
  return `<presence from='${from}' to='${to}'${type === undefined ? '' : ` type='${type}'`}>${inside.join('')}</presence>`;
}

function eventLine(name: string, data: unknown): string {
  const { from, jid, items } = data as { from?: unknown; jid?: unknown; items?: readonly unknown[] };
  if (name === 'presenceBroadcast') return name;
  if (name === 'error') return `error ${(data as { error: unknown }).error}`;
  return `${name} ${items ? items.join(',') : (jid ?? from)}`;
}

function sentLine(stanza: XmlElement): string {
  const words = [stanza.attribute('type') ?? 'available', stanza.attribute('from'), '>', stanza.attribute('to')];
  return words.join(' ');
}
