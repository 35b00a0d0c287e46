import { importPeer } from './peers.js';
import type { Script } from './scripted-server.js';
import { ScriptedSocket, type XmppClient, type XmppModule } from './xmppjs.js';

/** As much of `@xmpp/component` as is used here. */
export interface ComponentModule {
  component(options: object): XmppClient;
  readonly xml: XmppModule['xml'];
}

/** A component as an application makes it, but for the socket. */
export async function scriptedXmppJsComponent(script: Script): Promise<XmppClient> {
  const { component } = await importPeer<ComponentModule>('@xmpp/component');
  const xmpp = component({ service: 'xmpp://127.0.0.1:5347', domain: 'echo.example', password: 'R0m30' });
  class Socket extends ScriptedSocket {
    override script = script;
  }
  Object.assign(xmpp, { Socket });
  xmpp.on('error', (error) => {
    throw error;
  });
  return xmpp;
}
