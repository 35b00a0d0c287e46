import type { Token } from '../../di/index.js';
import { DisconnectedError } from '../../errors.js';
import type { ConnectionKind, PluginClass } from './plugin.js';
import { PluginError } from './plugin-error.js';
import { isPluginClass, kindsOf, nameOf } from './plugin-wiring.js';

/** What `get()` says of a plugin that is not there. */
export function missing(cls: Token<unknown>): PluginError {
  const name = nameOfToken(cls);
  return new PluginError('ERR_PLUGIN_MISSING', `${name} is not installed: call use() with its class first`, name);
}

/** A plugin has its id: the name of its class is not the same in a minified bundle. */
export function nameOfToken(token: Token<unknown>): string {
  return isPluginClass(token) ? nameOf(token) : token.name;
}

/** Nobody here is what a constructor asks for. */
export function lacking(cls: PluginClass, token: Token<unknown>, kind: ConnectionKind): PluginError {
  const kinds = kindsOf(token);
  const why = kinds.includes(kind)
    ? 'which this connection does not provide: install what does; where it holds options, static Options names it'
    : `which only a ${kinds.join(' or ')} has: this connection is a ${kind}`;
  return new PluginError('ERR_PLUGIN_MISSING', `${nameOf(cls)} needs ${nameOfToken(token)}, ${why}`, nameOf(cls));
}

/** Why the lifetime of a plugin is over. */
export function removed(cls: PluginClass): PluginError {
  const message = `${nameOf(cls)} was removed: take what use() gives anew`;
  return new PluginError('ERR_PLUGIN_MISSING', message, nameOf(cls));
}

/** Why that of a plugin is over which was a part of an installation that failed. */
export function notInstalled(cls: PluginClass, cause: unknown): PluginError {
  const message = `${nameOf(cls)} was not installed after all: what it was installed for could not be`;
  return new PluginError('ERR_PLUGIN_MISSING', message, nameOf(cls), { cause });
}

export function disposed(): DisconnectedError {
  return new DisconnectedError('this connection object was disposed of: make another one', { retryable: false });
}

/** @param path From the plugin that was asked for to the one that asks for `cls` again. */
export function circle(path: readonly PluginClass[], cls: PluginClass): PluginError {
  const names = [...path.slice(path.indexOf(cls)), cls].map(nameOf).join(' -> ');
  return new PluginError('ERR_PLUGIN_CYCLE', `plugins need each other in a circle: ${names}`, nameOf(cls));
}

/** Two classes of one id are most often two copies of one package, each of which would answer. */
export function duplicate({ id }: PluginClass): PluginError {
  const command = /^xep-\d{4}$/.test(id) ? `npm ls @sestina/${id}` : 'npm ls, with the name of its package,';
  const message = `another class ${id} is installed already; ${command} shows whether its package is there twice`;
  return new PluginError('ERR_PLUGIN_DUPLICATE', message, id);
}

/** @param other Who provides it; undefined where that is no plugin. */
export function conflict(cls: PluginClass, token: Token<unknown>, other: PluginClass | undefined): PluginError {
  const by = other ? `as ${nameOf(other)} does: install one of them` : 'which this connection was given already';
  return new PluginError('ERR_PLUGIN_CONFLICT', `${nameOf(cls)} provides ${nameOfToken(token)}, ${by}`, nameOf(cls));
}

export function otherOptions(cls: PluginClass): PluginError {
  const message = `${nameOf(cls)} is installed with other options: call use() with these before anything that needs it`;
  return new PluginError('ERR_PLUGIN_OPTIONS', message, nameOf(cls));
}

export function inUse(cls: PluginClass, users: readonly string[]): PluginError {
  const message = `${nameOf(cls)} is needed by ${users.join(', ')}: remove that first`;
  return new PluginError('ERR_PLUGIN_IN_USE', message, nameOf(cls));
}
