import { ClientXMPP } from '@sestina/client';
import { MemoryStorage, SilentLogger, type Storage, type XMPPEvents, type XmlElement } from '@sestina/core';
import { ScriptedStream, SeededRandom } from '@sestina/testing';
import { bareOf } from './model.js';
import { type Item, OWN, PEOPLE, type RosterAnswer, type Step } from './steps.js';

const NS = 'jabber:iq:roster';
const WATCHED = [
  'presence',
  'presenceAvailable',
  'presenceUnavailable',
  'presenceError',
  'presenceProbe',
  'presenceSubscribe',
  'presenceSubscribed',
  'presenceUnsubscribe',
  'presenceUnsubscribed',
  'changedSubscription',
  'changedStatus',
  'gotOnline',
  'gotOffline',
  'rosterUpdate',
  'rosterSubscriptionRequest',
  'rosterSubscriptionAuthorized',
  'rosterSubscriptionRemove',
  'rosterSubscriptionRemoved',
  'presenceBroadcast',
  'sentPresence',
  'error',
] as const satisfies readonly (keyof XMPPEvents)[];

/** A client on a virtual clock, of which a step plays the server. */
export class PlayedRoster {
  #stream: ScriptedStream;
  readonly #storage: Storage;
  #seen = 0;
  #pushes = 0;
  events: string[] = [];
  outcomes: string[] = [];

  private constructor(stream: ScriptedStream, storage: Storage) {
    this.#stream = stream;
    this.#storage = storage;
    this.#watch();
  }

  static async start(): Promise<PlayedRoster> {
    const storage = new MemoryStorage();
    const played = new PlayedRoster(await connect(storage), storage);
    await played.#login(true);
    return played;
  }

  get client(): ClientXMPP {
    return this.#stream.xmpp as ClientXMPP;
  }

  #watch(): void {
    for (const name of WATCHED) this.client.on(name, (data) => this.events.push(eventLine(name, data)));
  }

  async #login(versioned: boolean): Promise<void> {
    await this.#stream.login({ features: versioned ? "<ver xmlns='urn:xmpp:features:rosterver'/>" : '' });
    this.#seen = this.#stream.sent.length;
  }

  async run(step: Step): Promise<void> {
    switch (step.kind) {
      case 'presence':
        return this.#stream.recv(presenceText(step));
      case 'push':
        return this.#push(step.items, step.ver, step.from);
      case 'fetch':
        return this.#call(this.client.getRoster(), 'fetched', async () => {
          for (const item of step.before) await this.#push([item]);
          await this.#answer(step.answer);
        });
      case 'update':
        return this.#update(step);
      case 'remove':
        return this.#call(this.client.delRosterItem(step.jid), 'done', () =>
          this.#answerChange(step.push, step.refused),
        );
      case 'act':
        this.client.clientRoster[ACTS[step.type]](step.jid);
        return this.#stream.idle();
      case 'broadcast':
        this.client.sendPresence(step.available ? {} : { type: 'unavailable' });
        return this.#stream.idle();
      case 'policy':
        this.client.roster.autoAuthorize = step.authorize;
        this.client.roster.autoSubscribe = step.subscribe;
        return;
      case 'reconnect':
        await this.#stream.drop();
        if (step.restart) {
          await this.#stream.close();
          this.#stream = await connect(this.#storage);
          this.#watch();
        } else await this.#stream.connect();
        return this.#login(step.versioned);
    }
  }

  async #update({ jid, name, groups, fetched, push, refused }: Extract<Step, { kind: 'update' }>): Promise<void> {
    const changes = { ...(name !== undefined && { name }), ...(groups && { groups }) };
    await this.#call(this.client.updateRoster(jid, changes), 'done', async () => {
      const asked = await this.#request();
      if (asked?.attribute('type') === 'get') await this.#answer(fetched);
      if ((await this.#request())?.attribute('type') === 'set') await this.#answerChange(push, refused);
    });
  }

  /** Plays what the server says to a call, and waits for its end. */
  async #call(call: Promise<unknown>, said: string, play: () => Promise<void>): Promise<void> {
    const outcome = call.then(
      () => said,
      () => 'refused',
    );
    await this.#stream.idle();
    await play();
    this.outcomes.push(await outcome);
    await this.#stream.idle();
  }

  /** The last request of ours, which waits for an answer. */
  async #request(): Promise<XmlElement | undefined> {
    await this.#stream.idle();
    const requests = this.#stream.sent.filter((it) => it.name === 'iq' && /[gs]et/.test(it.attribute('type') ?? ''));
    return requests.at(-1);
  }

  async #answer(answer: RosterAnswer): Promise<void> {
    const request = await this.#request();
    if (!request) throw new Error('nothing was asked');
    if (answer.kind === 'error') return this.#stream.recvError(request, 'internal-server-error');
    if (answer.kind !== 'roster') return this.#stream.recvResult(request);
    const ver = answer.ver === undefined ? '' : ` ver='${answer.ver}'`;
    return this.#stream.recvResult(
      request,
      `<query xmlns='${NS}'${ver}>${answer.items.map(itemText).join('')}</query>`,
    );
  }

  /** Answers a change; pushes it as it was asked for, with the subscription that the contact has. */
  async #answerChange(push: 'after' | 'before' | 'none', refused: boolean): Promise<void> {
    const request = await this.#request();
    const item = request?.firstElement?.firstElement;
    if (!request || !item) throw new Error('nothing was asked');
    if (refused) return this.#stream.recvError(request, 'not-acceptable');
    const jid = item.attribute('jid') ?? '';
    const { subscription, ask = false, approved = false } = this.client.clientRoster.get(jid) ?? {};
    const pushed: Item = {
      jid,
      name: item.attribute('name'),
      groups: item.childrenNamed('group').map(({ text }) => text),
      subscription: item.attribute('subscription') === 'remove' ? 'remove' : subscription,
      ask,
      approved,
    };
    if (push === 'before') await this.#push([pushed]);
    await this.#stream.recvResult(request);
    if (push === 'after') await this.#push([pushed]);
  }

  #push(items: readonly Item[], ver?: string, from?: string): Promise<void> {
    const sender = from === undefined ? '' : ` from='${from}'`;
    const version = ver === undefined ? '' : ` ver='${ver}'`;
    const query = `<query xmlns='${NS}'${version}>${items.map(itemText).join('')}</query>`;
    return this.#stream.recv(`<iq type='set' id='push${++this.#pushes}'${sender}>${query}</iq>`);
  }

  /** What was sent since the last look. */
  takeSent(): string[] {
    const sent = this.#stream.sent.slice(this.#seen);
    this.#seen = this.#stream.sent.length;
    return sent.map(sentLine);
  }

  /** Everything that can be seen, by address. */
  get visible(): Record<string, unknown> {
    const roster = this.client.clientRoster;
    const visible: Record<string, unknown> = { size: roster.size, lastPresence: roster.lastPresence !== undefined };
    for (const jid of new Set([OWN, ...PEOPLE, ...PEOPLE.map(bareOf)])) {
      const item = roster.get(jid);
      if (!item) continue;
      const { name, groups, subscription, ask, approved, inRoster, pendingIn, best, resources } = item;
      visible[jid] = {
        ...{ name, groups, subscription, ask, approved, inRoster, pendingIn },
        jid: item.jid.full,
        resources: [...resources].map(([key, { show, status, priority }]) => ({ name: key, show, status, priority })),
        best: best?.resource,
      };
    }
    return visible;
  }

  close(): Promise<void> {
    return this.#stream.close();
  }
}

function connect(storage: Storage): Promise<ScriptedStream> {
  return ScriptedStream.start({
    secure: true,
    connect: (transports, clock) =>
      new ClientXMPP({
        jid: `${OWN}/phone`,
        password: 'secret',
        transports,
        storage,
        clock,
        random: new SeededRandom(1),
        reconnect: false,
        keepAlive: false,
        logger: new SilentLogger(),
      }),
  });
}

const ACTS = {
  subscribe: 'subscribe',
  subscribed: 'authorize',
  unsubscribe: 'unsubscribe',
  unsubscribed: 'unauthorize',
} as const;

function presenceText({ from, type, show, status, priority }: Extract<Step, { kind: 'presence' }>): string {
  const inside = Object.entries({ show, status, priority }).map(([name, value]) =>
    value === undefined ? '' : `<${name}>${value}</${name}>`,
  );
  return `<presence from='${from}'${type === undefined ? '' : ` type='${type}'`}>${inside.join('')}</presence>`;
}

function itemText({ jid, name, groups, subscription, ask, approved }: Item): string {
  const attributes = Object.entries({
    jid,
    name,
    subscription,
    ask: ask ? 'subscribe' : undefined,
    approved: approved || undefined,
  })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}='${value}'`);
  return `<item${attributes.join('')}>${groups.map((group) => `<group>${group}</group>`).join('')}</item>`;
}

function eventLine(name: string, data: unknown): string {
  const { from, jid, items } = data as { from?: unknown; jid?: unknown; items?: readonly unknown[] };
  if (name === 'presenceBroadcast' || name === 'sentPresence') return name;
  if (name === 'error') return `error ${(data as { error: unknown }).error}`;
  return `${name} ${items ? items.map(String).sort().join(',') : (jid ?? from)}`;
}

function sentLine(stanza: XmlElement): string {
  const type = stanza.attribute('type');
  const to = stanza.attribute('to');
  const error = stanza.child('error')?.firstElement?.name;
  if (stanza.name === 'presence') {
    if (type === 'error') return `presence error ${to} ${error}`;
    return to === undefined ? ['presence', type].filter(Boolean).join(' ') : `${type} ${to}`;
  }
  if (type === 'result') return 'push taken';
  if (type === 'error') return `push refused ${error}`;
  const query = stanza.firstElement;
  const item = query?.firstElement;
  if (!item) return query?.attribute('ver') === undefined ? 'get' : `get ver='${query.attribute('ver')}'`;
  if (item.attribute('subscription') === 'remove') return `set ${item.attribute('jid')} remove`;
  const groups = item.childrenNamed('group').map(({ text }) => text);
  return `set ${item.attribute('jid')} ${JSON.stringify([item.attribute('name') ?? '', groups])}`;
}
