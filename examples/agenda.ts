import { type ClientOptions, ClientXMPP } from '@sestina/client';
import { type JID, MemoryStorage, type Storage } from '@sestina/core';
import { Bot, type BotOptions } from '@sestina/preset-bot';
import { formType, single } from '@sestina/xep-0004';

const Announcement = formType('urn:example:announcement', { text: single('text').required() });
const HELP = 'add TOPIC, list, done NUMBER';

/** Keeps an agenda for each room: people talk to it there, admins announce things with a form. */
export function agendaBot(options: ClientOptions, rooms: BotOptions['rooms'], admins: readonly JID[]): ClientXMPP {
  const storage: Storage = options.storage ?? new MemoryStorage();
  const xmpp = new ClientXMPP({ ...options, storage });

  const load = async (room: JID): Promise<string[]> => JSON.parse((await storage.get(`agenda/${room}`)) ?? '[]');
  const agendas = new Map<string, Promise<string[]>>();

  const bot = xmpp.use(Bot, {
    rooms,
    nick: 'Agenda',
    prefix: '!',
    commands: [
      {
        node: 'announce',
        name: 'Announce something in all rooms',
        allow: (from) => admins.some((admin) => from?.bare.equals(admin)),
        async run({ ask, note }) {
          const { text } = Announcement.of(await ask(Announcement.form({}, { title: 'What is to be announced?' })));
          const joined = [...bot.rooms].filter(({ state }) => state === 'joined');
          for (const room of joined) room.send(text);
          note('info', `It was announced in ${joined.length} room(s).`);
        },
      },
    ],
  });

  bot.on('request', async ({ text, room, author, reply }) => {
    if (!room) return reply('I keep the agendas of rooms: talk to me there.');
    const [word = '', ...rest] = text.split(/\s+/);
    const loading = agendas.get(room.jid.full) ?? load(room.jid);
    agendas.set(room.jid.full, loading);
    const topics = await loading;
    const keep = () => storage.set(`agenda/${room.jid}`, JSON.stringify(topics));
    switch (word.toLowerCase()) {
      case 'add':
        if (rest.length === 0 || topics.length >= 20) return reply(rest.length === 0 ? HELP : 'The agenda is full.');
        topics.push(`${rest.join(' ').slice(0, 200)} (${author.jid.resource})`);
        await keep();
        return reply(`That is topic ${topics.length}.`);
      case 'list':
        return reply(topics.map((topic, index) => `${index + 1}. ${topic}`).join('\n') || 'The agenda is empty.');
      case 'done': {
        const [done] = /^[1-9]\d*$/.test(rest[0] ?? '') ? topics.splice(Number(rest[0]) - 1, 1) : [];
        await keep();
        return reply(done === undefined ? 'There is no such topic.' : `Done: ${done}`);
      }
      default:
        return reply(HELP);
    }
  });
  return xmpp;
}
