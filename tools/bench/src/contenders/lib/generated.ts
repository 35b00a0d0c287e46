import { attr, BaseXMPP, type ElementClass, element, Iq, Message, Plugin, Presence } from '@sestina/core';
import { Callback, MatchId, MatchPath, MatchPayload, MatchXPath } from '@sestina/core/handlers';

function payload(name: string, i: number): ElementClass {
  return class extends element(name, `urn:example:bench:${i}`, { id: attr('id') }) {} as unknown as ElementClass;
}

/** Installs so many plugins, each with an iq handler, a message payload handler and a feature, as plugins have them. */
export function addPlugins(xmpp: BaseXMPP, count: number): void {
  for (let i = 0; i < count; i++) {
    const Query = payload('query', i);
    const Note = payload('note', i);
    class Generated extends Plugin {
      static override readonly id = `bench-${i}`;
      static override readonly inject = [BaseXMPP] as const;

      constructor(owner: BaseXMPP) {
        super();
        this.own(owner.advertise(`urn:example:bench:${i}`));
        this.own(owner.onIq('get', Query, () => undefined));
        this.own(owner.onMessage(() => undefined, { payload: Note }));
      }
    }
    xmpp.use(Generated);
  }
}

/** Registers so many handlers that no stanza of the corpus matches, by every kind of matcher that can be indexed. */
export function addHandlers(xmpp: BaseXMPP, count: number): void {
  const roots = [Message, Presence, Iq] as unknown as ElementClass[];
  for (let i = 0; i < count; i++) {
    const Wanted = payload('wanted', i);
    const root = roots[i % roots.length] as ElementClass;
    const matchers = [
      () => new MatchPayload(root, Wanted),
      () => new MatchId(`never-${i}`),
      () => new MatchPath(`${root.tag}/{${Wanted.namespace}}wanted`),
      () => new MatchXPath(`{jabber:client}${root.tag}/{${Wanted.namespace}}wanted`),
    ];
    const matcher = matchers[i % matchers.length] as () => MatchPayload;
    xmpp.registerHandler(new Callback(`never ${i}`, matcher(), () => undefined));
  }
}
