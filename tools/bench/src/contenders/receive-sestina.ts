import { Iq } from '@sestina/core';
import { Callback, MatchPayload } from '@sestina/core/handlers';
import { measureReceiving, type ReceiveConfig, Seen } from './lib/feed.js';
import { addHandlers, addPlugins } from './lib/generated.js';
import { scriptedClient } from './lib/sestina.js';

interface Config extends ReceiveConfig {
  /** Generated plugins that are installed. Default 0. */
  readonly plugins?: number;
  /** Handlers that want none of the stanzas. Default 0. */
  readonly handlers?: number;
}

await measureReceiving(async (_header, { plugins = 0, handlers = 0 }: Config) => {
  const { xmpp, transport } = scriptedClient();
  const seen = new Seen();
  addPlugins(xmpp, plugins);
  addHandlers(xmpp, handlers);
  xmpp.onMessage((message) => seen.stanza(message.from?.toString(), message.body));
  xmpp.onPresence((presence) => seen.stanza(presence.from?.toString(), presence.show));
  const iq = (stanza: Iq): void => seen.stanza(stanza.from?.toString(), stanza.type);
  // As with the others, nobody answers the pings.
  xmpp.registerHandler(new Callback('every iq', new MatchPayload(Iq), iq, { answers: true }));
  await xmpp.connect();
  return {
    seen,
    deliver: (chunk) => transport.deliver(chunk),
    get paused() {
      return transport.paused;
    },
  };
});
