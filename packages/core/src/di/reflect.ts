// tsyringe refuses to load without `Reflect.getMetadata` and reads and writes the metadata of classes with it. The real
// polyfill is several times as large. Where an application has loaded that one first, ours stands aside. Where it loads
// it later, version 0.1 keeps the functions that it finds and version 0.2 takes them for its fallback: in both cases all
// of them have to be there and work for members too, or the decorators of that application break.
type Key = string | symbol;
type Entries = Map<unknown, unknown>;

interface Metadata {
  defineMetadata?(key: unknown, value: unknown, target: object, member?: Key): void;
  deleteMetadata?(key: unknown, target: object, member?: Key): boolean;
  getMetadata?(key: unknown, target: object, member?: Key): unknown;
  getMetadataKeys?(target: object, member?: Key): unknown[];
  getOwnMetadata?(key: unknown, target: object, member?: Key): unknown;
  getOwnMetadataKeys?(target: object, member?: Key): unknown[];
  hasMetadata?(key: unknown, target: object, member?: Key): boolean;
  hasOwnMetadata?(key: unknown, target: object, member?: Key): boolean;
  metadata?(key: unknown, value: unknown): (target: object, member?: Key) => void;
}

function createMetadata(): Required<Metadata> {
  const store = new WeakMap<object, Map<Key | undefined, Entries>>();
  const own = (target: object, member?: Key): Entries | undefined => store.get(target)?.get(member);

  function* inherited(target: object, member?: Key): Iterable<Entries> {
    for (let at: object | null = target; at; at = Object.getPrototypeOf(at)) {
      const entries = own(at, member);
      if (entries) yield entries;
    }
  }

  function find(key: unknown, target: object, member?: Key): Entries | undefined {
    for (const entries of inherited(target, member)) if (entries.has(key)) return entries;
    return undefined;
  }

  function define(key: unknown, value: unknown, target: object, member?: Key): void {
    const members = store.get(target) ?? new Map<Key | undefined, Entries>();
    store.set(target, members);
    const entries = members.get(member) ?? new Map<unknown, unknown>();
    members.set(member, entries.set(key, value));
  }

  return {
    defineMetadata: define,
    deleteMetadata: (key, target, member) => own(target, member)?.delete(key) ?? false,
    getMetadata: (key, target, member) => find(key, target, member)?.get(key),
    getMetadataKeys: (target, member) => [...new Set([...inherited(target, member)].flatMap((all) => [...all.keys()]))],
    getOwnMetadata: (key, target, member) => own(target, member)?.get(key),
    getOwnMetadataKeys: (target, member) => [...(own(target, member)?.keys() ?? [])],
    hasMetadata: (key, target, member) => find(key, target, member) !== undefined,
    hasOwnMetadata: (key, target, member) => own(target, member)?.has(key) ?? false,
    metadata: (key, value) => (target, member) => define(key, value, target, member),
  };
}

if (!(Reflect as Metadata).getMetadata) {
  for (const [name, value] of Object.entries(createMetadata())) {
    // Not enumerable, as the functions that are there already.
    Object.defineProperty(Reflect, name, { value, configurable: true, writable: true });
  }
}
