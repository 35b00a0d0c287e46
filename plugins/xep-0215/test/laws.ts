import type { XmlElement } from '@sestina/core';
import { declareLaws, type Trial } from '@sestina/testing/laws';
import { ExternalServices, NS_EXTDISCO, NS_EXTDISCO_1, type ExternalServices as Plugin } from '../src/index.js';
import { LegacyServices, Services } from '../src/stanza.js';

const push = (namespace: string): string =>
  `<iq type='set' id='p1' from='example.org'><services xmlns='${namespace}'><service type='turn' host='turn.example.org' username='u' password='p'/></services></iq>`;
const answer = (request: XmlElement): string | undefined => {
  const [asked] = request.elements();
  if (asked?.name === 'query') {
    return `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='server' type='im'/><feature var='${NS_EXTDISCO}'/></query>`;
  }
  return asked?.name === 'services' ? `<services xmlns='${NS_EXTDISCO}'/>` : undefined;
};
const asked = async ({ plugin, stream }: Trial<Plugin>): Promise<void> => {
  const services = plugin.services();
  for (let i = 0; i < 2; i++) {
    await stream.idle();
    const request = stream.sent.at(-1);
    const payload = request && answer(request);
    if (request && payload) await stream.recvResult(request, payload);
  }
  await services;
};

export const laws = [
  declareLaws(ExternalServices, {
    unasked: [
      { payload: Services, from: push(NS_EXTDISCO), forgers: ['alice@example.org'], prepare: asked },
      { payload: LegacyServices, from: push(NS_EXTDISCO_1), forgers: ['alice@example.org'], prepare: asked },
    ],
    waits: {
      services: (plugin, signal) => plugin.services({ signal }),
      credentials: (plugin, signal) => plugin.credentials({ type: 'turn', host: 'turn.example.org' }, { signal }),
      iceServers: (plugin, signal) => plugin.iceServers({ signal }),
    },
  }),
];
