import { type ComponentXMPP, RosterStore } from '@sestina/component';
import { MemoryStorage } from '@sestina/core';
import { type AddressesConfig, contactOf, measureAddresses, ownerOf } from './lib/addresses.js';
import { cut, deliverAll } from './lib/chunks.js';
import { scriptedComponent } from './lib/sestina.js';

/** A store with what an earlier process has kept: each contact has subscribed. */
async function makeStore({ addresses, contacts }: AddressesConfig): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  const { xmpp, transport } = scriptedComponent({}, { storage, autoAuthorize: true });
  const store = xmpp.use(RosterStore);
  await xmpp.connect();
  let requests = '';
  for (let owner = 0; owner < addresses; owner++) {
    for (let i = 0; i < contacts; i++) {
      requests += `<presence type='subscribe' from='${contactOf(i, owner)}' to='${ownerOf(owner)}'/>`;
    }
  }
  await deliverAll(transport, cut(requests));
  await store.idle();
  await xmpp.disconnect();
  return storage;
}

await measureAddresses(async (config) => {
  const storage = await makeStore(config);
  let component: ComponentXMPP | undefined;
  const owners = Array.from({ length: config.addresses }, (_, i) => ownerOf(i));
  return {
    start: async (script) => {
      const { xmpp } = scriptedComponent(script, { storage });
      xmpp.use(RosterStore);
      await xmpp.connect();
      component = xmpp;
    },
    broadcast: (status) => Promise.all(owners.map((owner) => component?.as(owner).sendPresence({ status }))),
    known: () => owners.reduce((sum, owner) => sum + (component?.roster.of(owner).size ?? 0), 0),
  };
});
