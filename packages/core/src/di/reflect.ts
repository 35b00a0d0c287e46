// tsyringe refuses to load without these three. With emitted metadata off nothing else is needed, and the real
// polyfill is seven times as large. Where an application has loaded that one first, ours stands aside.
type Key = string | symbol;
interface Metadata {
  getMetadata?(key: Key, target: object): unknown;
  getOwnMetadata?(key: Key, target: object): unknown;
  defineMetadata?(key: Key, value: unknown, target: object): void;
}

const reflect = Reflect as Metadata;

if (!reflect.getMetadata) {
  const store = new WeakMap<object, Map<Key, unknown>>(); // module-state: metadata of classes, written once by their decorators
  reflect.defineMetadata = (key, value, target) => {
    const entries = store.get(target) ?? new Map<Key, unknown>();
    store.set(target, entries.set(key, value));
  };
  reflect.getOwnMetadata = (key, target) => store.get(target)?.get(key);
  reflect.getMetadata = (key, target) => {
    for (let at: object | null = target; at; at = Object.getPrototypeOf(at)) {
      const entries = store.get(at);
      if (entries?.has(key)) return entries.get(key);
    }
    return undefined;
  };
}
