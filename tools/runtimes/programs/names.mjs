// @ts-check
import { ClientXMPP } from '@sestina/client';
import { JID } from '@sestina/core';
import { Ping } from '@sestina/xep-0199';

/** @param {() => unknown} act @returns {Error} */
function thrown(act) {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

/** Looks whether what users read is the same in a minified bundle. @param {Record<string, object>} modules */
export function checkNames(modules) {
  if (JID.name === 'JID') throw new Error('nothing was minified');
  let count = 0;
  for (const [entry, exports] of Object.entries(modules)) {
    for (const [key, value] of Object.entries(exports)) {
      if (typeof value !== 'function' || !(value.prototype instanceof Error)) continue;
      if (value.name !== key) throw new Error(`${key} of ${entry} is called ${value.name}`);
      count++;
    }
  }
  if (count < 40) throw new Error(`only ${count} error classes`);
  const malformed = thrown(() => JID.from('@'));
  if (malformed.name !== 'JidError') throw new Error(`JidError is called ${malformed.name}`);
  const xmpp = new ClientXMPP({ jid: 'romeo@montague.example', password: 'secret' });
  const missing = String(thrown(() => xmpp.plugin(Ping)));
  if (!missing.startsWith('PluginError: xep-0199 is not installed')) throw new Error(missing);
  void xmpp.dispose();
}
