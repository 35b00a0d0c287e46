import type { XmlElement } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions } from '@sestina/testing';
import { type afterEach, expect } from 'vitest';
import { ExternalServices, type ExternalServicesChange, NS_EXTDISCO, NS_EXTDISCO_1 } from '../src/index.js';

export const OWN = 'romeo@montague.lit/orchard';
export const SERVER = 'montague.lit';

/** A server that answers by itself, and counts what it is asked. */
export class Play {
  readonly plugin: ExternalServices;
  readonly told: ExternalServicesChange[] = [];
  /** What was asked, as names of payloads; of `services` with the type. */
  readonly asked: string[] = [];
  features: readonly string[] = [NS_EXTDISCO];
  /** The services that it tells of, as XML; undefined: it refuses. */
  services: (type: string | undefined) => string | undefined = () => '';
  credentials: (host: string, port: string | undefined) => string | undefined = () => undefined;
  /** What an answer to `<credentials/>` is called; undefined: the same. */
  payload: string | undefined;
  /** Milliseconds by which its clock is ahead. */
  skew = 0;
  /** Whether it says what time it is. */
  tells = true;
  /** What is never answered. */
  mute: string | undefined;
  #seen = 0;

  private constructor(readonly stream: ScriptedStream) {
    this.plugin = stream.xmpp.plugin(ExternalServices);
    stream.xmpp.on('externalServicesChanged', (change) => this.told.push(change));
  }

  static async start(options: Omit<ScriptedStreamOptions, 'plugins'> = {}): Promise<Play> {
    return new Play(await ScriptedStream.start({ jid: OWN, plugins: [ExternalServices], ...options }));
  }

  /** Milliseconds from now, by the server's clock, as it writes them. */
  at(ahead: number): string {
    return new Date(this.stream.clock.now() + this.skew + ahead).toISOString();
  }

  /** Lets everything happen that waits for an answer. */
  async settle(): Promise<void> {
    for (;;) {
      await this.stream.idle();
      const request = this.stream.sent[this.#seen];
      if (!request) return;
      this.#seen += 1;
      await this.#answer(request);
    }
  }

  /** Waits for something that the server is asked for. */
  async get<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {});
    await this.settle();
    return promise;
  }

  /** Lets time pass, with everything that is asked answered at once. */
  async advance(milliseconds: number, step = 60_000): Promise<void> {
    for (let left = milliseconds; left > 0; left -= step) {
      await this.stream.clock.advance(Math.min(step, left));
      await this.settle();
    }
  }

  async reconnect(): Promise<void> {
    await this.stream.disconnect();
    await this.stream.connect();
    await this.settle();
  }

  async #answer(request: XmlElement): Promise<void> {
    const payload = request.name === 'iq' && request.attribute('type') === 'get' ? request.firstElement : undefined;
    if (!payload) return;
    const { name, namespace } = payload;
    if (namespace === 'http://jabber.org/protocol/disco#info') {
      const features = this.features.map((feature) => `<feature var='${feature}'/>`).join('');
      await this.stream.recvResult(request, `<query xmlns='${namespace}'>${features}</query>`);
      return;
    }
    if (namespace !== NS_EXTDISCO && namespace !== NS_EXTDISCO_1 && name !== 'time') return;
    const type = payload.attribute('type');
    this.asked.push(type === undefined ? name : `${name} ${type}`);
    if (name === this.mute) return;
    const inside = this.#inside(name, payload, type);
    if (inside === undefined) await this.stream.recvError(request, 'item-not-found');
    else {
      const tag = name === 'credentials' ? (this.payload ?? name) : name;
      await this.stream.recvResult(request, `<${tag} xmlns='${namespace}'>${inside}</${tag}>`);
    }
  }

  #inside(name: string, payload: XmlElement, type: string | undefined): string | undefined {
    if (name === 'time') return !this.tells ? undefined : `<tzo>Z</tzo><utc>${this.at(0)}</utc>`;
    if (name === 'services') return this.services(type);
    const service = payload.firstElement;
    return this.credentials(service?.attribute('host') ?? '', service?.attribute('port'));
  }
}

/** `<service/>` of a relay. */
export const turn = (more = '', host = 'turn.montague.lit'): string =>
  `<service type='turn' host='${host}' port='3478' transport='udp' ${more}/>`;
export const withPassword = (password: string, expires?: string): string =>
  `username='u' password='${password}'${expires === undefined ? '' : ` expires='${expires}'`}`;
export const push = (inside: string, from: string = SERVER): string =>
  `<iq type='set' id='p1' from='${from}' to='${OWN}'><services xmlns='${NS_EXTDISCO}'>${inside}</services></iq>`;

/** Makes such servers for the tests of the file that calls it; after each nothing went wrong with them. */
export function usePlays(after: typeof afterEach) {
  const plays: Play[] = [];
  after(async () => {
    for (const play of plays.splice(0)) {
      expect(play.stream.errors).toEqual([]);
      await play.stream.close();
    }
  });
  return async (services?: Play['services']): Promise<Play> => {
    const play = await Play.start();
    plays.push(play);
    if (services) play.services = services;
    return play;
  };
}
