import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { childContainer, inject, wantedBy } from '../../../src/di/index.js';

class Engine {}
class Radio {}

class Car {
  constructor(
    readonly engine: Engine,
    readonly radio: Radio,
  ) {}
}
inject(Engine)(Car, undefined, 0);
inject(Radio)(Car, undefined, 1);

interface Metadata {
  getMetadata(key: unknown, target: object, member?: string): unknown;
  getOwnMetadata(key: unknown, target: object, member?: string): unknown;
  hasMetadata(key: unknown, target: object, member?: string): boolean;
  hasOwnMetadata(key: unknown, target: object, member?: string): boolean;
  defineMetadata(key: unknown, value: unknown, target: object, member?: string): void;
  deleteMetadata(key: unknown, target: object, member?: string): boolean;
  getMetadataKeys(target: object, member?: string): unknown[];
  getOwnMetadataKeys(target: object, member?: string): unknown[];
  metadata(key: unknown, value: unknown): (target: object, member?: string) => void;
}

const NAMES: readonly (keyof Metadata)[] = [
  'getMetadata',
  'getOwnMetadata',
  'hasMetadata',
  'hasOwnMetadata',
  'defineMetadata',
  'deleteMetadata',
  'getMetadataKeys',
  'getOwnMetadataKeys',
  'metadata',
];

describe('inject()', () => {
  it('remembers what the constructor asks for, in order', () => {
    expect(wantedBy(Car)).toEqual([Engine, Radio]);
  });

  it('remembers it of that class only, not of its subclasses', () => {
    class Van extends Car {}
    expect(wantedBy(Van)).toBeUndefined();
    expect(wantedBy(Engine)).toBeUndefined();
  });

  it('leaves a hole where a parameter says nothing', () => {
    class Half {
      constructor(
        readonly engine: Engine,
        readonly radio: Radio,
      ) {}
    }
    inject(Radio)(Half, undefined, 1);
    expect(wantedBy(Half)?.[0]).toBeUndefined();
    expect(wantedBy(Half)?.[1]).toBe(Radio);
  });

  it('says that undefined comes from a circular import', () => {
    expect(() => inject(undefined as never)).toThrow(/circular import/);
  });
});

describe('childContainer()', () => {
  it('sees what its parent has, and its siblings do not see what it has', () => {
    const parent = childContainer();
    const engine = new Engine();
    parent.registerInstance(Engine, engine);
    const [one, other] = [childContainer(parent), childContainer(parent)];
    one.registerInstance(Radio, new Radio());
    expect([one.resolve(Engine), other.resolve(Engine)]).toEqual([engine, engine]);
    expect([one.isRegistered(Radio, true), other.isRegistered(Radio, true)]).toEqual([true, false]);
  });
});

describe('the container', () => {
  it('is the same by the way of bundlers, which is the index of tsyringe, and by that of everybody else', async () => {
    const { container } = await import('../../../src/di/tsyringe.js');
    expect((await import('../../../src/di/tsyringe-module.js')).container).toBe(container);
  });
});

describe('the metadata of Reflect', () => {
  const reflect = Reflect as unknown as Metadata;
  const saved = new Map<string, PropertyDescriptor | undefined>();

  beforeEach(() => {
    for (const name of NAMES) {
      saved.set(name, Object.getOwnPropertyDescriptor(Reflect, name));
      Reflect.deleteProperty(Reflect, name);
    }
  });

  afterEach(() => {
    for (const [name, descriptor] of saved) {
      Reflect.deleteProperty(Reflect, name);
      if (descriptor) Object.defineProperty(Reflect, name, descriptor);
    }
  });

  // Each time another module, which runs anew.
  let copies = 0;
  const load = (): Promise<unknown> => import(/* @vite-ignore */ `../../../src/di/reflect.js?copy=${copies++}`);

  it('stands aside where somebody has brought one', async () => {
    const getMetadata = (): string => 'theirs';
    Object.assign(Reflect, { getMetadata });
    await load();
    expect(reflect.getMetadata).toBe(getMetadata);
    expect(NAMES.filter((name) => name in Reflect)).toEqual(['getMetadata']);
  });

  it('is complete, or a real polyfill that is loaded later breaks the application', async () => {
    await load();
    expect(NAMES.filter((name) => typeof reflect[name] === 'function')).toEqual(NAMES);
    expect(Object.keys(Reflect)).toEqual([]);
  });

  it('is kept for each class, and inherited', async () => {
    await load();
    class Base {}
    class Derived extends Base {}
    reflect.defineMetadata('k', 1, Base);
    expect([reflect.getMetadata('k', Base), reflect.getMetadata('k', Derived)]).toEqual([1, 1]);
    expect([reflect.getOwnMetadata('k', Base), reflect.getOwnMetadata('k', Derived)]).toEqual([1, undefined]);
    expect([reflect.hasMetadata('k', Derived), reflect.hasOwnMetadata('k', Derived)]).toEqual([true, false]);
    reflect.defineMetadata('k', 2, Derived);
    expect([reflect.getMetadata('k', Base), reflect.getMetadata('k', Derived)]).toEqual([1, 2]);
    expect(reflect.getMetadata('other', Derived)).toBeUndefined();
  });

  it('tells undefined from nothing', async () => {
    await load();
    class Base {}
    class Derived extends Base {}
    reflect.defineMetadata('k', 1, Base);
    reflect.defineMetadata('k', undefined, Derived);
    expect(reflect.getMetadata('k', Derived)).toBeUndefined();
    expect(reflect.hasOwnMetadata('k', Derived)).toBe(true);
  });

  it('keeps what belongs to members apart', async () => {
    await load();
    class Base {}
    const { prototype } = Base;
    reflect.metadata('type', String)(prototype, 'a');
    reflect.metadata('type', Number)(prototype, 'b');
    reflect.metadata('type', Boolean)(prototype);
    expect(['a', 'b', undefined].map((member) => reflect.getMetadata('type', prototype, member))).toEqual([
      String,
      Number,
      Boolean,
    ]);
  });

  it('lists and deletes keys', async () => {
    await load();
    class Base {}
    class Derived extends Base {}
    reflect.defineMetadata('a', 1, Base);
    reflect.defineMetadata('b', 1, Derived);
    reflect.defineMetadata('a', 2, Derived);
    expect(reflect.getMetadataKeys(Derived)).toEqual(['b', 'a']);
    expect([reflect.getOwnMetadataKeys(Base), reflect.getOwnMetadataKeys(class {})]).toEqual([['a'], []]);
    expect([reflect.deleteMetadata('a', Derived), reflect.deleteMetadata('a', Derived)]).toEqual([true, false]);
    expect(reflect.getMetadata('a', Derived)).toBe(1);
  });
});
