/**
 * What holds for every plugin, whatever it does: laws to run in the tests of a package.
 *
 * @module
 */
export {
  declareLaws,
  type Local,
  type PluginDeclaration,
  type Trial,
  type Unasked,
  type Wait,
} from './laws/declaration.js';
export { type Law, LawBrokenError } from './laws/law.js';
export { pluginLaws } from './laws/plugin-laws.js';
export { knownIn, roundTrip } from './laws/round-trip.js';
export type { LawConnection, LawConnectionMaker } from './laws/world.js';
