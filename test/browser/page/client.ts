// What a page has that imports the client, and leaves it to that to load the WebSocket.
import { ClientXMPP } from '@sestina/client';

declare global {
  var Client: typeof ClientXMPP;
}

globalThis.Client = ClientXMPP;
