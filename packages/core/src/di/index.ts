import { type DependencyContainer, container as root } from '#tsyringe';

export type { DependencyContainer };

/** A class that stands for what is asked for: a service, a plugin, an options class. */
export type Token<T> = abstract new (...args: never[]) => T;

type Parameters<C> = C extends abstract new (...args: infer P) => unknown ? P : never;
type Fits<C, I extends number, T> = [T] extends [Parameters<C>[I]] ? I : never;

// Under a registered symbol, so that two copies of this package read each other's classes.
const WANTED = Symbol.for('@sestina/core:inject');

interface Wiring {
  [WANTED]?: (Token<unknown> | undefined)[];
}

/**
 * Says at a constructor parameter what it is given: `constructor(@inject(BaseXMPP) xmpp: BaseXMPP)`. For those who like
 * decorators and compile with `experimentalDecorators`; a plugin has then `static override readonly inject = 'parameters'`.
 * The compiler compares the class with the parameter's type.
 * @throws TypeError for undefined, which is what a circular import gives.
 */
export function inject<T>(token: Token<T>) {
  if (token === undefined) throw new TypeError('inject() was given undefined: is there a circular import?');
  return <C extends abstract new (...args: never[]) => unknown, I extends number>(
    target: C,
    _key: undefined,
    index: I & Fits<C, I, T>,
  ): void => {
    const wiring = target as Wiring;
    if (!Object.hasOwn(target, WANTED)) Object.defineProperty(target, WANTED, { value: [] });
    const tokens = wiring[WANTED];
    if (tokens) tokens[index] = token as Token<unknown>;
  };
}

/** What the constructor of a class asks for, in order; undefined where it says nothing of its own. */
export function wantedBy(target: object): readonly (Token<unknown> | undefined)[] | undefined {
  return Object.hasOwn(target, WANTED) ? (target as Wiring)[WANTED] : undefined;
}

/** What is registered for a token, in the container or above it; undefined where nothing is. */
export function lookUp<T extends object>(scope: DependencyContainer, token: Token<T>): T | undefined {
  const key = token as never;
  return scope.isRegistered(key, true) ? scope.resolve<T>(key) : undefined;
}

/** All that is registered for a token there; undefined where nothing is. */
export function lookUpAll<T extends object>(scope: DependencyContainer, token: Token<T>): T[] | undefined {
  const key = token as never;
  return scope.isRegistered(key, true) ? scope.resolveAll<T>(key) : undefined;
}

/** Registers what stands behind a token, in place of whatever was there: `provide(container, Storage, new MyStorage())`. */
export function provide<T extends object>(container: DependencyContainer, token: Token<T>, value: T): void {
  container.registerInstance<T>(token as never, value);
}

/** A container of its own below `parent`, or below tsyringe's root. */
export function childContainer(parent: DependencyContainer = root): DependencyContainer {
  return parent.createChildContainer();
}
