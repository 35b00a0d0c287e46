import { SestinaError } from '../../errors.js';

/** What is wrong with a plugin, or with how it is used. */
export type PluginErrorCode =
  | 'ERR_PLUGIN_CONFLICT'
  | 'ERR_PLUGIN_CYCLE'
  | 'ERR_PLUGIN_DUPLICATE'
  | 'ERR_PLUGIN_IN_USE'
  | 'ERR_PLUGIN_KIND'
  | 'ERR_PLUGIN_MISSING'
  | 'ERR_PLUGIN_OPTIONS'
  | 'ERR_PLUGIN_WIRING';

/** A plugin cannot be installed, found or removed. */
export class PluginError extends SestinaError {
  static override readonly name: string = 'PluginError';
  constructor(
    readonly code: PluginErrorCode,
    message: string,
    /** The id of the plugin, `xep-0199`. */
    readonly plugin: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
