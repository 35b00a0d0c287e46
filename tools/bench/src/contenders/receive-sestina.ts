import { Iq } from '@sestina/core';
import { Callback, MatchPayload } from '@sestina/core/handlers';
import { streamFraming } from '@sestina/core/transport';
import { webSocketFraming } from '@sestina/websocket';
import { measureReceiving, type ReceiveConfig, Seen } from './lib/feed.js';
import { addHandlers, addPlugins } from './lib/generated.js';
import { loadPlugins } from './lib/plugins.js';
import { scriptedClient } from './lib/sestina.js';

interface Config extends ReceiveConfig {
  /** Generated plugins that are installed. Default 0. */
  readonly plugins?: number;
  /** Packages of which every plugin is installed. Default none. */
  readonly packages?: readonly string[];
  /** Handlers that want none of the stanzas. Default 0. */
  readonly handlers?: number;
}

/** What plugins want to know of our own account. */
const EMPTY = { answers: new Map([['jabber:iq:roster', "<query xmlns='jabber:iq:roster'/>"]]) };

await measureReceiving(async (_header, { plugins = 0, packages = [], handlers = 0, chunk: kind }: Config) => {
  const framed = kind === 'frame';
  const { xmpp, transport } = scriptedClient(EMPTY, {}, framed ? webSocketFraming : streamFraming);
  const seen = new Seen();
  addPlugins(xmpp, plugins);
  for (const cls of await loadPlugins(packages)) xmpp.use(cls);
  addHandlers(xmpp, handlers);
  xmpp.onMessage((message) => seen.stanza(message.from?.toString(), message.body));
  xmpp.onPresence((presence) => seen.stanza(presence.from?.toString(), presence.show));
  const iq = ({ from, type }: Iq): void => {
    // What answers a plugin's own question is none of the stanzas.
    if (from && type !== 'error') seen.stanza(from.toString(), type);
  };
  xmpp.registerHandler(new Callback('every iq', new MatchPayload(Iq), iq));
  await xmpp.connect();
  return {
    seen,
    // A WebSocket gives texts.
    deliver: (chunk) => transport.deliver(framed ? chunk.toString() : chunk),
    get paused() {
      return transport.paused;
    },
  };
});
