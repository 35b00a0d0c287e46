// A gateway: the people of another network, here one in memory, get addresses in XMPP, with subscriptions, presence and
// messages both ways. The end of the file is a conversation across it.
import { ClientXMPP } from '@sestina/client';
import { ComponentXMPP, RosterStore } from '@sestina/component';
import { escapeLocal, type JID, unescapeLocal } from '@sestina/core';
import { MemoryServer } from '@sestina/testing';

type LegacyMessage = Readonly<{ from: string; to: string; text: string }>;

/** The other network: people with names in small letters, who are there or not, and tell each other things. */
class LegacyNetwork {
  readonly #people = new Map<string, { here: boolean; heard: (message: LegacyMessage) => void }>();
  /** Told of what people say to somebody beyond the gateway, and of who comes and goes. */
  onMessage: (message: LegacyMessage) => void = () => {};
  onChange: (name: string) => void = () => {};

  register(name: string, heard: (message: LegacyMessage) => void): void {
    this.#people.set(name, { here: false, heard });
  }

  knows(name: string): boolean {
    return this.#people.has(name);
  }

  isHere(name: string): boolean {
    return this.#people.get(name)?.here ?? false;
  }

  set(name: string, here: boolean): void {
    const person = this.#people.get(name);
    if (!person) return;
    person.here = here;
    this.onChange(name);
  }

  /** Delivers to one of its people, else to whoever is beyond the gateway. */
  send(message: LegacyMessage): void {
    const person = this.#people.get(message.to);
    if (person) person.heard(message);
    else this.onMessage(message);
  }
}

/** Connects the two. What a person is called there is the local part of the address here. */
async function startGateway(component: ComponentXMPP, legacy: LegacyNetwork): Promise<void> {
  const nameOf = (jid: JID | undefined): string => unescapeLocal(jid?.local ?? '');
  const person = (name: string) => component.as(`${escapeLocal(name)}@${component.requestedJid}`);
  const show = (name: string): void => {
    person(name).sendPresence(legacy.isHere(name) ? { status: 'by gateway' } : { type: 'unavailable' });
  };

  component.use(RosterStore);
  component.on('rosterSubscriptionRequest', async ({ from, to }) => {
    if (!from || !to) return;
    const { roster } = component.as(to);
    if (!legacy.knows(nameOf(to))) return void roster.unauthorize(from);
    await roster.authorize(from);
    roster.subscribe(from);
    show(nameOf(to));
  });
  component.on('message', (message) => {
    const [from, to] = [message.from?.bare.full, nameOf(message.to)];
    // What one room says to another, and news, is nothing that a person over there was told.
    if (message.type !== 'chat' && message.type !== 'normal') return;
    if (!legacy.knows(to)) return void message.errorReply('item-not-found').send();
    if (from) legacy.send({ from, to, text: message.body ?? '' });
  });
  legacy.onMessage = ({ from, to, text }) => void person(from).sendMessage({ to, type: 'chat', body: text });
  legacy.onChange = show;
  await component.connect();
}

// The conversation.

const server = new MemoryServer({
  domain: 'montague.example',
  users: { romeo: 'rose' },
  components: { 'verona.montague.example': 'hush' },
});
const { transports } = server;
const legacy = new LegacyNetwork();
legacy.register('nurse angelica', ({ from, text }) => {
  console.log(`${from} to the nurse: ${text}`);
  legacy.send({ from: 'nurse angelica', to: from, text: 'I will tell her, sir' });
});
const component = new ComponentXMPP({ jid: 'verona.montague.example', secret: 'hush', transports });
await startGateway(component, legacy);

const romeo = new ClientXMPP({
  jid: 'romeo@montague.example/orchard',
  password: 'rose',
  transports,
  autoAuthorize: true,
});
await romeo.connect();
await romeo.getRoster();
romeo.sendPresence();

const nurse = `${escapeLocal('nurse angelica')}@verona.montague.example`;
legacy.set('nurse angelica', true);
const online = romeo.wait('gotOnline', { timeout: 5_000, filter: ({ jid }) => jid.equals(nurse) });
romeo.sendPresenceSubscription(nurse);
const { jid, presence } = await online;
console.log(`${jid} is there: ${presence.status}`);

const answer = romeo.wait('message', { timeout: 5_000 });
romeo.sendMessage({ to: nurse, type: 'chat', body: 'Commend me to thy lady' });
console.log(`the nurse to romeo: ${(await answer).body}`);

const refusal = romeo.wait('messageError', { timeout: 5_000 });
romeo.sendMessage({ to: 'nobody@verona.montague.example', type: 'chat', body: 'Who is there?' });
console.log(`nobody: ${(await refusal).error?.condition}`);

const offline = romeo.wait('gotOffline', { timeout: 5_000 });
legacy.set('nurse angelica', false);
console.log(`${(await offline).jid} is gone`);

await Promise.all([romeo.disconnect(), component.disconnect()]);
await server.stop();
