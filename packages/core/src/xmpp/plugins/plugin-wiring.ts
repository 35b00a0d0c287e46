import { type Token, wantedBy } from '../../di/index.js';
import { type ConnectionKind, Plugin, type PluginClass } from './plugin.js';
import { PluginError } from './plugin-error.js';

/** What messages call it. */
export function nameOf(cls: PluginClass): string {
  return cls.id || cls.name;
}

/** Whether it is a class of plugins of this copy of the package. */
export function isPluginClass(token: Token<unknown>): token is Token<unknown> & PluginClass {
  return token.prototype instanceof Plugin;
}

/** @throws for what `use()` cannot take. */
export function assertPlugin(cls: PluginClass | undefined): void {
  if (cls === undefined) throw new TypeError('use() was given undefined: is there a circular import?');
  if (typeof cls !== 'function') {
    const got = typeof cls === 'string' ? `"${cls}"` : String(cls);
    throw new PluginError('ERR_PLUGIN_WIRING', `use() expected a plugin class, got ${got}`, got);
  }
  if (isPluginClass(cls)) return;
  const message = `${nameOf(cls)} is no plugin of this copy of @sestina/core; npm ls @sestina/core shows whether it is installed twice`;
  throw new PluginError('ERR_PLUGIN_WIRING', message, nameOf(cls));
}

/** @throws PluginError (`ERR_PLUGIN_WIRING`) for a class that does not say what messages call it. */
export function assertId(cls: PluginClass): void {
  if (cls.id) return;
  const message = `${cls.name || 'a plugin class'} has no id: give it a \`static readonly id = 'a-name'\``;
  throw new PluginError('ERR_PLUGIN_WIRING', message, cls.name);
}

/** The kinds of connection that have it: most tokens say nothing, and both do. */
export function kindsOf(token: Token<unknown>): readonly ConnectionKind[] {
  return (token as { kinds?: readonly ConnectionKind[] }).kinds ?? ['client', 'component'];
}

/** @throws PluginError (`ERR_PLUGIN_KIND`) for a class that is for the other kind of connection. */
export function assertKind(cls: PluginClass, kind: ConnectionKind): void {
  const kinds = kindsOf(cls);
  if (kinds.includes(kind)) return;
  const message = `${nameOf(cls)} is for a ${kinds.join(' or ')}: this connection is a ${kind}`;
  throw new PluginError('ERR_PLUGIN_KIND', message, nameOf(cls));
}

/**
 * What the constructor is given, parameter by parameter.
 * @throws PluginError (`ERR_PLUGIN_WIRING`) where `static inject` does not say it for each.
 */
export function tokensOf(cls: PluginClass): readonly Token<unknown>[] {
  const { inject } = cls;
  if (inject === 'parameters') return tokensAtParameters(cls);
  const fault = faultOf(cls, inject);
  if (fault) throw new PluginError('ERR_PLUGIN_WIRING', `${nameOf(cls)}: ${fault}`, nameOf(cls));
  return inject;
}

function faultOf(cls: PluginClass, inject: readonly (Token<unknown> | undefined)[]): string | undefined {
  if (!Array.isArray(inject)) return `static inject of ${cls.name} has to be a list of classes`;
  for (const [index, token] of inject.entries()) {
    // A hole of the list, too.
    if (token === undefined) return `entry ${index} of static inject is undefined: is there a circular import?`;
    if (typeof token !== 'function') return `entry ${index} of static inject is no class`;
  }
  // Without `inject` a decorated class would be given nothing.
  const said = Math.max(cls.length, wantedBy(cls)?.length ?? 0);
  if (said <= inject.length) return undefined;
  return (
    `the constructor of ${cls.name} takes ${said} parameters and static inject has ${inject.length}: ` +
    'name the class of each, static override readonly inject = [BaseXMPP, …] as const'
  );
}

function tokensAtParameters(cls: PluginClass): Token<unknown>[] {
  const wanted = wantedBy(cls) ?? [];
  const complete = wanted.filter((token) => token !== undefined);
  // The constructor of a subclass that has none of its own counts no parameters, and would be given none.
  const inherits = !wantedBy(cls) && inheritsParameters(cls);
  if (inherits || complete.length < Math.max(cls.length, wanted.length)) {
    throw new PluginError(
      'ERR_PLUGIN_WIRING',
      `${nameOf(cls)}: every constructor parameter of ${cls.name} needs an @inject(…) of its own` +
        `${inherits ? ', and a subclass a constructor of its own with them' : ''}`,
      nameOf(cls),
    );
  }
  return complete;
}

function inheritsParameters(cls: PluginClass): boolean {
  for (let at = Object.getPrototypeOf(cls); at && at !== Plugin; at = Object.getPrototypeOf(at)) {
    if (at.length > 0 || (wantedBy(at)?.length ?? 0) > 0) return true;
  }
  return false;
}

/** A fresh options object. @throws PluginError (`ERR_PLUGIN_OPTIONS`) for one that there is not. */
export function withDefaults(cls: PluginClass, given: object): object {
  const options = new cls.Options();
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(options, key)) {
      const known = Object.keys(options).join(', ') || 'none';
      const message = `${nameOf(cls)} has no option "${key}"; it has: ${known}`;
      throw new PluginError('ERR_PLUGIN_OPTIONS', message, nameOf(cls));
    }
    if (value !== undefined) (options as Record<string, unknown>)[key] = value;
  }
  return options;
}

/** Whether what is given is what is installed. */
export function sameOptions(installed: object, given: object): boolean {
  const values = installed as Record<string, unknown>;
  return Object.entries(given).every(([key, value]) => value === undefined || Object.is(values[key], value));
}
