import { measureAddresses, ownStore } from './lib/addresses.js';
import { importPeer } from './lib/peers.js';
import type { XmppClient } from './lib/xmppjs.js';
import { type ComponentModule, scriptedXmppJsComponent } from './lib/xmppjs-component.js';

const { xml } = await importPeer<ComponentModule>('@xmpp/component');

await measureAddresses(async (config) => {
  const store = ownStore(config);
  const rosters = new Map<string, Map<string, { readonly subscription: string }>>();
  let component: XmppClient | undefined;
  return {
    start: async (script) => {
      component = await scriptedXmppJsComponent(script);
      await component.start();
      for (const [owner, text] of store) rosters.set(owner, new Map(Object.entries(JSON.parse(text))));
    },
    broadcast: async (status) => {
      for (const [owner, contacts] of rosters) {
        const sending: unknown[] = [];
        for (const [contact, { subscription }] of contacts) {
          if (subscription !== 'from' && subscription !== 'both') continue;
          sending.push(component?.send(xml('presence', { from: owner, to: contact }, xml('status', {}, status))));
        }
        await Promise.all(sending);
      }
    },
    known: () => [...rosters.values()].reduce((sum, contacts) => sum + contacts.size, 0),
  };
});
