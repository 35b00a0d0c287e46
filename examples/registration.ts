// A service that people register with (XEP-0077): it remembers what each of them tells it, also when it is started again.
// A chat message is a note; "notes" lists them, "forget" drops them. Stops at Ctrl-C.
import { ComponentXMPP } from '@sestina/component';
import { childText, element, flag, type Iq, type JID, StanzaError, type Storage } from '@sestina/core';
import { UnstorageAdapter } from '@sestina/storage';
import { atomicFs } from '@sestina/storage/fs';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { createStorage } from 'unstorage';

const { SESTINA_COMPONENT: jid, SESTINA_SECRET: secret, SESTINA_HOST: host } = process.env;
const { SESTINA_COMPONENT_PORT: port, SESTINA_DATA: base = './registrations' } = process.env;
if (!jid || !secret) {
  console.error('Set SESTINA_COMPONENT and SESTINA_SECRET; `npm run servers` starts a server and prints both.');
  process.exit(2);
}

/** What is asked for, and sent (XEP-0077 §3): who registers says how they want to be called. */
class Registration extends element('query', 'jabber:iq:register', {
  instructions: childText('instructions'),
  registered: flag('registered'),
  remove: flag('remove'),
  nick: childText('nick'),
}) {}

interface Account {
  readonly nick: string;
  readonly notes: readonly string[];
}

/** Everybody's account. Changes of one account are made one after the other, so that none is lost. */
class Accounts {
  readonly #storage: Storage;
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async get(who: JID): Promise<Account | undefined> {
    const text = await this.#storage.get(`accounts/${who.bare}`);
    return text === undefined ? undefined : (JSON.parse(text) as Account);
  }

  /** Stores what `next` makes of the account; nothing, where it gives undefined. */
  change(who: JID, next: (account: Account | undefined) => Account | undefined): Promise<void> {
    const key = `accounts/${who.bare}`;
    const result = (this.#last.get(key) ?? Promise.resolve()).then(async () => {
      const account = next(await this.get(who));
      await (account ? this.#storage.set(key, JSON.stringify(account)) : this.#storage.delete(key));
    });
    const settled = result.catch(() => {}).then(() => void (this.#last.get(key) === settled && this.#last.delete(key)));
    this.#last.set(key, settled);
    return result;
  }
}

const accounts = new Accounts(new UnstorageAdapter(createStorage({ driver: atomicFs({ base }) })));
const component = new ComponentXMPP({ jid, secret, host, port: port ? Number(port) : undefined });
component.use(ServiceDiscovery, { identities: [{ category: 'component', type: 'generic', name: 'Notes' }] });
component.advertise('jabber:iq:register');

function sender({ from }: Iq): JID {
  if (!from) throw new StanzaError('bad-request');
  return from;
}

component.onIq('get', Registration, async (_query, iq) => {
  const account = await accounts.get(sender(iq));
  const instructions = 'How shall I call you?';
  return new Registration({ instructions, nick: account?.nick ?? '', registered: account !== undefined });
});
component.onIq('set', Registration, async ({ remove, nick }, iq) => {
  const who = sender(iq);
  if (remove && !(await accounts.get(who))) throw new StanzaError('registration-required');
  if (!remove && !nick?.trim()) throw new StanzaError('not-acceptable', { text: 'a nick is missing' });
  await accounts.change(who, (account) => (remove ? undefined : { notes: [], ...account, nick: nick?.trim() ?? '' }));
  if (!remove) component.sendMessage({ to: who.bare, type: 'chat', body: `Welcome, ${nick?.trim()}` });
});

component.on('message', async (message) => {
  const { type, from, body } = message;
  if (!from || !body || from.domain === component.serverDomain) return;
  if (type !== 'chat' && type !== 'normal') return;
  const account = await accounts.get(from);
  if (!account) return void message.errorReply('registration-required').send();
  if (body === 'forget') await accounts.change(from, (now) => now && { ...now, notes: [] });
  else if (body !== 'notes') await accounts.change(from, (now) => now && { ...now, notes: [...now.notes, body] });
  const { nick, notes } = (await accounts.get(from)) ?? account;
  const list = body === 'notes' ? `:\n${notes.join('\n')}` : '';
  message.reply(`${nick}, you have ${notes.length} note(s)${list}`).send();
});

await component.connect();
console.log(`${component.boundJid} takes registrations`);
process.once('SIGINT', () => void component.disconnect());
