import { type BaseXMPP, ConfigError, Plugin, type PluginClass } from '@sestina/core';
import { checkOption, isObject } from '@sestina/core/connection';
import type { Part, Parts } from './part.js';

/** A part that is there. */
export interface Chosen {
  readonly plugin: PluginClass;
  readonly options: object;
  /** Whether it is there already, or somebody else does what it does. */
  readonly present: boolean;
}

/** What is said of each part: nothing, whether it is wanted, or with which options. */
type Said = Readonly<Record<string, unknown>>;

/**
 * The parts that are to be there, by name. What cannot be there without another one that is switched off is left out with it.
 * @throws ConfigError for what is no such option, and where a part is asked for that needs one that is switched off.
 */
export function choose(
  xmpp: BaseXMPP,
  parts: Parts,
  said: Said,
  defaults: Readonly<Record<string, object>>,
): ReadonlyMap<string, Chosen> {
  const chosen = new Map<string, Chosen>(); // bound: the parts of a preset
  for (const [name, { plugin, asked }] of Object.entries(parts)) {
    const given = said[name];
    const fits = typeof given === 'boolean' || isObject(given);
    checkOption(name, given, fits, `true, false or the options of ${plugin.id}`);
    if (given === false || (given === undefined && asked)) continue;
    const lack = lackOf(xmpp, parts, said, plugin);
    if (lack === undefined) chosen.set(name, chosenPart(xmpp, name, plugin, given, defaults[name]));
    else if (given !== undefined) throw new ConfigError(`${name} needs ${lack}: leave out one of the two`, name);
    else xmpp.logger.debug(`${name} is left out: it needs ${lack}`);
  }
  return chosen;
}

function chosenPart(
  xmpp: BaseXMPP,
  name: string,
  plugin: PluginClass,
  given: unknown,
  defaults: object | undefined,
): Chosen {
  const present = [plugin, ...plugin.provides].some((token) => xmpp.plugins.has(token as PluginClass));
  if (present && isObject(given))
    xmpp.logger.warn(`${plugin.id} is installed already, and stays as it is: the options at ${name} are not used`);
  const options = isObject(given) ? (given as object) : {};
  return { plugin, options: { ...defaults, ...options }, present };
}

/** What a plugin cannot do without and does not get here, in words; undefined where there is nothing of the kind. */
function lackOf(xmpp: BaseXMPP, parts: Parts, said: Said, plugin: PluginClass): string | undefined {
  if (xmpp.plugins.has(plugin)) return undefined;
  const kind = xmpp.isComponent ? 'component' : 'client';
  // Where it was asked for by name, use() says so, better.
  if (!plugin.kinds.includes(kind)) return `a ${plugin.kinds.join(' or ')}`;
  for (const token of plugin.inject === 'parameters' ? [] : plugin.inject) {
    if (!(token.prototype instanceof Plugin) || xmpp.plugins.has(token as PluginClass)) continue;
    const [name, part] = partFor(parts, token) ?? [];
    if (name !== undefined && said[name] === false) return `${name}, which is switched off`;
    const lack = lackOf(xmpp, parts, said, part?.plugin ?? (token as PluginClass));
    if (lack !== undefined) return lack;
  }
  return undefined;
}

/** The part that is that plugin, or stands behind that abstract class. */
function partFor(parts: Parts, token: PluginClass['provides'][number]): [string, Part] | undefined {
  return Object.entries(parts).find(([, { plugin }]) => plugin === token || plugin.provides.includes(token));
}
