import { ComponentXMPP } from '@sestina/component';
import { SilentLogger } from '@sestina/core';
import type { TransportFactory } from '@sestina/core/transport';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { SoftwareVersion } from '@sestina/xep-0092';
import { Ping } from '@sestina/xep-0199';
import { Rooms } from './rooms.js';

// Two who answer each other would never stop.
const ANSWERS = 5;

/** The people of a domain: everybody exists, is there, answers chat messages and pings, and accepts subscriptions; says what it can. */
export class Contacts {
  readonly #component: ComponentXMPP;

  constructor(domain: string, secret: string, transports: TransportFactory) {
    const component = new ComponentXMPP({
      jid: domain,
      secret,
      transports,
      reconnect: false,
      keepAlive: false,
      autoAuthorize: true,
      logger: new SilentLogger(),
    });
    this.#component = component;
    component.use(Ping);
    if (domain.startsWith('rooms.')) {
      component.use(ServiceDiscovery, { identities: [{ category: 'conference', type: 'text', name: 'Rooms' }] });
      new Rooms(component);
    } else {
      component.use(ServiceDiscovery);
    }
    component.use(SoftwareVersion, { name: 'Balcony', version: '1.0' });
    let left = ANSWERS;
    component.on('message', (message) => {
      if (message.type === 'chat' && left-- > 0) message.reply(`You said: ${message.body}`).send();
    });
    component.on('presenceSubscribe', ({ from, to }) => {
      if (from && to) component.sendPresence({ from: to.withResource('balcony'), to: from });
    });
  }

  connect(): Promise<void> {
    return this.#component.connect();
  }

  end(): Promise<void> {
    return this.#component.dispose();
  }
}
