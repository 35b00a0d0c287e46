// A page of Vue with messages in a ref and contacts and the client in a reactive object, on a server in memory.
import { ClientXMPP } from '@sestina/client';
import { MemoryServer } from '@sestina/testing';
import { createApp, h, nextTick, reactive, ref } from 'vue';

async function show() {
  const server = new MemoryServer({ domain: 'play.example', users: { romeo: 'secret', juliet: 'secret' } });
  const { transports } = server;
  const romeo = new ClientXMPP({ jid: 'romeo@play.example/orchard', password: 'secret', transports });
  const juliet = new ClientXMPP({ jid: 'juliet@play.example/balcony', password: 'secret', transports });

  const messages = ref([]);
  const state = reactive({ client: romeo, contacts: [], people: new Map() });
  createApp({
    render: () => [
      h('h1', `${state.client.boundJid ?? 'nobody'}`),
      ...messages.value.map(({ from, body, xml }) => h('p', `${from.local}: ${body} (${xml.name})`)),
      ...state.contacts.map((item) => h('li', `${item.jid} ${item.name} ${item.resources.size}`)),
    ],
  }).mount(document.body.appendChild(document.createElement('main')));

  romeo.on('message', (message) => messages.value.push(message));
  await Promise.all([romeo.connect(), juliet.connect()]);
  await state.client.updateRoster('juliet@play.example', { name: 'Juliet' });
  for (const item of state.client.roster.of()) {
    state.contacts.push(item);
    state.people.set(item.jid.full, item);
  }
  const arrived = romeo.wait('message', { timeout: 5_000 });
  juliet.sendMessage({ to: state.client.boundJid, type: 'chat', body: 'Wherefore art thou?' });
  await arrived;
  const answered = juliet.wait('message', { timeout: 5_000 });
  await messages.value[0].reply('Here').send();
  const { body } = await answered;
  // What is read again is the same object, and its methods work.
  const [message] = messages.value;
  const same = state.people.get('juliet@play.example') === state.contacts[0] && message.from.equals(juliet.boundJid);
  messages.value.push(message.copy());
  await nextTick();
  const text = [...document.querySelectorAll('main > *')].map((element) => element.textContent);
  await Promise.all([state.client.dispose(), juliet.dispose()]);
  await server.stop();
  return { text, body, same };
}

Object.assign(globalThis, { show });
