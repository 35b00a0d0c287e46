import { type Lab, NotInstalledError } from './lab.js';
import type { Proof } from './proof.js';
import { nameOf, type Tool } from './tools.js';

/** What became of proofs. */
export interface Outcome {
  readonly passed: readonly Proof[];
  readonly failed: readonly Proof[];
  /** For which npm could not get the tool. */
  readonly notRun: readonly Proof[];
}

/** How many tools are tried at once: as many as a small machine has processors. */
const AT_ONCE = 2;

/** Runs them all, those of one tool one after the other, and says what becomes of each. */
export async function show(lab: Lab, proofs: readonly Proof[], say: (line: string) => void): Promise<Outcome> {
  const outcome = { passed: [] as Proof[], failed: [] as Proof[], notRun: [] as Proof[] };
  const waiting = [...new Set(proofs.map(({ tool }) => tool))];
  const work = async (): Promise<void> => {
    for (let tool = waiting.shift(); tool; tool = waiting.shift()) await tryTool(tool);
  };
  const tryTool = async (tool: Tool): Promise<void> => {
    const started = performance.now();
    const missing = await lab.tool(tool).then(
      () => undefined,
      (error: Error) => error,
    );
    const installed = (performance.now() - started) / 1000;
    say(missing ? `       ${missing.message}` : `       ${nameOf(tool)} installed in ${installed.toFixed(1)} s`);
    for (const proof of proofs) if (proof.tool === tool) await tryProof(proof);
  };
  const tryProof = async (proof: Proof): Promise<void> => {
    const started = performance.now();
    const error = await proof.run(lab).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const what = `${nameOf(proof.tool)}: ${proof.what}`;
    if (error === undefined) {
      outcome.passed.push(proof);
      say(`ok     ${what}, ${seconds} s`);
    } else if (error instanceof NotInstalledError) {
      outcome.notRun.push(proof);
      say(`NOT RUN ${what}`);
    } else {
      outcome.failed.push(proof);
      say(`FAILED ${what}, ${seconds} s\n${indented(error)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcome;
}

// Of a bundle that fails Node.js shows the line, which is all of it.
function indented(error: unknown): string {
  const lines = String((error as Error).message)
    .trimEnd()
    .split('\n');
  return lines.map((line) => `       ${line.slice(0, 400)}`).join('\n');
}

/** The tools that npm could not get, in words; empty where it got them all. */
export function notRun({ notRun }: Outcome): string {
  return [...new Set(notRun.map(({ tool }) => nameOf(tool)))].join(', ');
}
