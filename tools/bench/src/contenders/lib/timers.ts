/** Timers that were started and neither fired nor were cancelled. Load this before anything that could start one. */
const pending = new Set<unknown>();

const { setTimeout: start, clearTimeout: stop, setInterval: startInterval, clearInterval: stopInterval } = globalThis;

function countedTimeout(callback: (...args: unknown[]) => void, delay?: number, ...args: unknown[]): NodeJS.Timeout {
  const timer = start(() => {
    pending.delete(timer);
    callback(...args);
  }, delay);
  pending.add(timer);
  return timer;
}

function countedInterval(callback: (...args: unknown[]) => void, delay?: number, ...args: unknown[]): NodeJS.Timeout {
  const timer = startInterval(callback, delay, ...args);
  pending.add(timer);
  return timer;
}

type Handle = Parameters<typeof stop>[0];

Object.assign(globalThis, {
  setTimeout: countedTimeout,
  setInterval: countedInterval,
  clearTimeout: (timer: Handle) => {
    pending.delete(timer);
    stop(timer);
  },
  clearInterval: (timer: Handle) => {
    pending.delete(timer);
    stopInterval(timer);
  },
});

export function pendingTimers(): number {
  return pending.size;
}
