import type { BaseXMPP, JID, PluginClass, XMPPOptions } from '@sestina/core';
import type { TransportFactory } from '@sestina/core/transport';
import type { VirtualClock } from '../virtual-clock.js';
import type { ScriptedKind } from './test-xmpp.js';

/** A plugin to install, alone or with its options. */
export type ScriptedPlugin = PluginClass | readonly [plugin: PluginClass, options?: object];

/** How a scripted stream begins. */
export interface ScriptedStreamOptions {
  /** Default: `alice@example.org/phone`; for a component `component.example.org`. The server is its domain. */
  jid?: JID | string;
  /** Default `client`. */
  kind?: ScriptedKind;
  /** Installed before it connects. */
  plugins?: readonly ScriptedPlugin[];
  /** Further options of the connection. Differs from the usual defaults: no reconnecting, no keep-alive, a silent logger, and always the same "random" ids. */
  options?: XMPPOptions;
  /** A connection of your own to be scripted, a `ClientXMPP` for example. It has to use what it is given; `kind` and `options` are then ignored. */
  connect?: (transports: TransportFactory, clock: VirtualClock) => BaseXMPP;
  /** `manual`: the script sends the stream header, and the features. Default `auto`; features of a connection made by `connect` are the script's in any case. */
  header?: 'auto' | 'manual';
  /** `manual`: the end of a stream is not answered. Default `auto`. */
  footer?: 'auto' | 'manual';
  /** Starts as if TLS were on. Default false. */
  secure?: boolean;
}

/** The attributes of a stream header. */
export interface HeaderAttributes {
  to?: string | undefined;
  from?: string | undefined;
  id?: string | undefined;
  version?: string | undefined;
  lang?: string | undefined;
}
