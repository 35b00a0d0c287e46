import { SilentLogger } from '@sestina/core';
import { streamFraming } from '@sestina/core/transport';
import { webSocketFraming } from '@sestina/websocket';
import { measureHostile } from './lib/hostile.js';
import { scriptedClient } from './lib/sestina.js';

const ERROR = /<(?:stream:)?error[^>]*><([a-z-]+)/;

await measureHostile(async ({ frames }) => {
  const framing = frames ? webSocketFraming : streamFraming;
  const { xmpp, transport } = scriptedClient(undefined, { reconnect: false, logger: new SilentLogger() }, framing);
  await xmpp.connect();
  let refused: string | undefined;
  transport.written = (text) => {
    refused ??= ERROR.exec(text)?.[1];
  };
  return {
    deliver: (chunk) => transport.deliver(frames ? chunk.toString() : chunk),
    refused: () => refused,
  };
});
