import type { ClientPlan, Plan, Step } from './plan.js';
import { run, type Simulation, type SimulationOptions } from './sim.js';

// Simulations that are tried at most.
const TRIES = 600;
const PLAIN: ClientPlan = {
  persist: false,
  disk: 0,
  handler: 0,
  unknown: 'discard',
  maxUnacked: 1_024,
  requestEvery: 5,
  ackEvery: 10,
  ttl: undefined,
};

/** Makes a plan that fails shorter and plainer, as long as it breaks one of the same rules; undefined where it breaks none. */
export async function shrink(plan: Plan, options?: SimulationOptions): Promise<Simulation | undefined> {
  const first = await run(plan, options);
  const rules = new Set(first.failures.map(({ rule }) => rule));
  if (rules.size === 0) return undefined;
  let best = first;
  let left = TRIES;
  const improves = async (candidate: Plan): Promise<boolean> => {
    if (left-- <= 0) return false;
    const result = await run(candidate, options);
    if (!result.failures.some(({ rule }) => rules.has(rule))) return false;
    best = result;
    return true;
  };
  for (let before = Number.POSITIVE_INFINITY; weight(best.plan) < before && left > 0; ) {
    before = weight(best.plan);
    await withoutSteps(() => best.plan, improves);
    for (const candidate of plainer(best.plan)) await improves({ ...best.plan, ...candidate(best.plan) });
  }
  return best;
}

/** Leaves out ever smaller parts of it. */
async function withoutSteps(plan: () => Plan, improves: (candidate: Plan) => Promise<boolean>): Promise<void> {
  for (let size = plan().steps.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < plan().steps.length; ) {
      const steps = plan().steps.filter((_, index) => index < at || index >= at + size);
      if (!(await improves({ ...plan(), steps }))) at += size;
    }
  }
}

type Change = (plan: Plan) => Partial<Plan>;

/** Fewer clients, plainer ones, fewer messages. */
function plainer({ clients, steps }: Plan): Change[] {
  const fewer: Change = ({ clients: all, steps: now }) =>
    now.every((step) => only(step, all.length - 1)) && all.length > 2 ? { clients: all.slice(0, -1) } : {};
  const alike = clients.flatMap((_, index) =>
    (Object.keys(PLAIN) as (keyof ClientPlan)[]).map<Change>((name) => ({ clients: all }) => ({
      clients: all.map((client, at) => (at === index ? { ...client, [name]: PLAIN[name] } : client)),
    })),
  );
  const single = steps.map<Change>((_, index) => ({ steps: now }) => ({
    steps: now.map((step, at) => (at === index && step.do === 'send' ? { ...step, count: 1 } : step)),
  }));
  return [fewer, ...alike, ...single];
}

/** Whether it is about the first clients alone. */
function only(step: Step, count: number): boolean {
  return (!('client' in step) || step.client < count) && (step.do !== 'send' || step.to < count);
}

/** Falls with every change for the better. */
function weight({ clients, steps }: Plan): number {
  const unlike = clients.map((client) =>
    (Object.keys(PLAIN) as (keyof ClientPlan)[]).filter((name) => client[name] !== PLAIN[name]),
  );
  const messages = steps.map((step) => (step.do === 'send' ? step.count : 0));
  return (
    clients.length * 10 + steps.length * 10 + unlike.flat().length + messages.reduce((sum, count) => sum + count, 0)
  );
}
