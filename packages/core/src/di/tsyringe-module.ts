// Bun and Jest run what is CommonJS while they link, before any ES module, so that our Reflect functions would come too
// late for tsyringe's index, which refuses to load without them. The container's own module asks for them when it is used.
import './reflect.js';

import type { DependencyContainer } from 'tsyringe';
// @ts-expect-error: it has no declarations at that path.
import { instance } from 'tsyringe/dist/cjs/dependency-container.js';

/** The same object as `container` of `tsyringe`. */
export const container: DependencyContainer = instance;
