import type { Lab } from './lab.js';
import type { Tool } from './tools.js';

/** Something that is shown of the packages with a tool. */
export interface Proof {
  readonly tool: Tool;
  /** What, as the table says it. */
  readonly what: string;
  /** @throws Error where it is not so; NotInstalledError where the tool is not there. */
  run(lab: Lab): Promise<void>;
}
