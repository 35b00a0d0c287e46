import { XmlElement } from '@sestina/xml';
import type { Field, FieldMap, Fields, InitArguments } from './field.js';
import type { Written } from './written.js';

/** Base of every stanza object: a view that holds nothing but its element. */
export class ElementView {
  constructor(
    /** The element it reads and writes. */
    readonly xml: XmlElement,
  ) {}

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  /**
   * Writes several properties at once, those of plugins included; undefined removes.
   * @throws TypeError for a name that is no field, before anything is written.
   */
  set(values: Written<this>): this {
    const setters = Object.entries(values).map(([name, value]) => [setterOf(this, name), value] as const);
    for (const [setter, value] of setters) setter.call(this, value);
    return this;
  }

  /** A deep copy that may be written to. */
  copy(): this {
    return viewOf(this.constructor as unknown as ElementClass<this>, this.xml.copy());
  }

  /**
   * A deep copy for what is kept longer than its event; see `XmlElement.compact()`. Of a received stanza it is read-only too.
   */
  compact(): this {
    return viewOf(this.constructor as unknown as ElementClass<this>, this.xml.compact());
  }

  /** The XML text. @throws SerializeError for what XML cannot hold. */
  toString(): string {
    return this.xml.toString();
  }

  /** For JSON: the XML text. @throws SerializeError for what XML cannot hold. */
  toJSON(): string {
    return this.toString();
  }

  /** What Node's console shows: the class and the XML. */
  [Symbol.for('nodejs.util.inspect.custom')](
    _depth: number,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    return `${this.constructor.name} ${inspect(this.xml, options)}`;
  }
}

/** A class whose instances view elements named `tag` in `namespace`. */
export interface ElementClass<V extends ElementView = ElementView> {
  readonly tag: string;
  readonly namespace: string;
  readonly prototype: V;
  new (xml: XmlElement): V;
}

/** An `ElementClass` that can also make a fresh element from field values. */
export interface DefinedClass<F extends FieldMap, B extends ElementView = ElementView>
  extends ElementClass<B & Fields<F>> {
  new (xml: XmlElement): B & Fields<F>;
  new (...init: InitArguments<F, B>): B & Fields<F>;
}

type Setter = (value: unknown) => void;

/** By prototype, the setters that were found. A field never becomes another one: `extend()` refuses names that are taken. */
const SETTERS = new WeakMap<object, Map<string, Setter>>(); // module-state: what classes are like, the same for all connections

/**
 * What writes a field; quicker to call than a property whose name is not known beforehand is to write.
 * @throws TypeError for what is no field. A name may come from data: methods, `xml`, `constructor` and `__proto__` are none.
 */
function setterOf(view: ElementView, name: string): Setter {
  const prototype: object = Object.getPrototypeOf(view);
  let known = SETTERS.get(prototype);
  if (known === undefined) {
    known = new Map();
    SETTERS.set(prototype, known);
  }
  let setter = known.get(name);
  if (setter === undefined) {
    setter = findSetter(prototype, name);
    if (setter === undefined) {
      const { name: tag, namespace } = view.xml;
      throw new TypeError(`<${tag} xmlns="${namespace}"> has no field "${name}" that can be written`);
    }
    known.set(name, setter);
  }
  return setter;
}

function findSetter(prototype: object, name: string): Setter | undefined {
  for (let at = prototype; at !== ElementView.prototype; at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property) return property.set;
  }
  return undefined;
}

/** The view of that class over an element: the same object each time, as long as one class views it. */
export function viewOf<V extends ElementView>(cls: ElementClass<V>, xml: XmlElement): V {
  if (xml.view instanceof cls) return xml.view;
  const view = new cls(xml);
  xml.view = view;
  return view;
}

/** Whether the element is what the class describes: same local name, same namespace. */
export function isA(cls: ElementClass, xml: XmlElement): boolean {
  return xml.name === cls.tag && xml.namespace === cls.namespace;
}

/**
 * Builds the base class of a stanza object: `class Received extends element('received', NS, { id: attr('id') }) {}`.
 * Instances are made over an element (`new Received(xml)`) or afresh from field values (`new Received({ id })`; undefined
 * leaves a field out, and a name that is no field throws a TypeError).
 * @throws TypeError for a field named like a method of the base class.
 */
export function element<const F extends FieldMap = Record<never, never>, B extends ElementView = ElementView>(
  tag: string,
  namespace: string,
  fields: F = {} as F,
  base: new (xml: XmlElement) => B = ElementView as unknown as new (
    xml: XmlElement,
  ) => B,
): DefinedClass<F, B> {
  const Base = base as unknown as new (xml: XmlElement) => ElementView;
  class Definition extends Base {
    static readonly tag: string = tag;
    static readonly namespace: string = namespace;

    constructor(source?: XmlElement | Readonly<Record<string, unknown>>) {
      super(source instanceof XmlElement ? source : new XmlElement(tag, namespace));
      if (source instanceof XmlElement) return;
      if (source !== undefined) {
        for (const name of Object.keys(source)) {
          const setter = setterOf(this, name);
          const value = source[name];
          if (value !== undefined) setter.call(this, value);
        }
      }
      this.xml.view = this;
    }
  }
  for (const name of Object.keys(fields)) checkName(Base.prototype, tag, name);
  defineFields(Definition.prototype, fields);
  return Definition as unknown as DefinedClass<F, B>;
}

/** What a property of that type needs: also what may be written is compared, since these are no methods. */
interface FieldFor<T> {
  readonly get: (xml: XmlElement) => T;
  readonly set: (xml: XmlElement, value: T) => void;
}

type Declared<V, F> = { [K in keyof F]: K extends keyof V ? FieldFor<V[K]> : never };

/**
 * Gives runtime to fields that a plugin declared by `declare module '@sestina/core'`. The compiler compares both.
 * @param owner The package's name. With it, loading the same package twice is harmless: the first stays.
 * @throws TypeError where the name is taken; nothing is defined then.
 */
export function extend<V extends ElementView, F extends FieldMap>(
  target: ElementClass<V>,
  fields: F & Declared<V, F>,
  owner?: string,
): void {
  const prototype: object = target.prototype;
  const added: Record<string, Field<unknown, never>> = {};
  for (const [name, field] of Object.entries<Field<unknown, never>>(fields)) {
    const holder = ownerOf(prototype, name);
    if (holder !== undefined && holder === owner) continue;
    if (name in prototype || name === 'xml') {
      const by = holder === undefined ? '' : ` of ${holder}`;
      throw new TypeError(`<${target.tag}/> already has a field "${name}"${by}: choose another name`);
    }
    added[name] = field;
  }
  defineFields(prototype, added, owner);
}

/** Which package has given the class, or one that it is made of, that field. */
function ownerOf(prototype: object, name: string): string | undefined {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    const getter = Object.getOwnPropertyDescriptor(at, name)?.get as FieldGetter | undefined;
    if (getter) return getter.owner;
  }
  return undefined;
}

// A field may be defined anew, a method may not.
function checkName(prototype: object, tag: string, name: string): void {
  for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    if (Object.getOwnPropertyDescriptor(at, name)?.set) return;
  }
  if (!(name in prototype) && name !== 'xml') return;
  throw new TypeError(`<${tag}/>: a field cannot be called "${name}", since every stanza object has that already`);
}

interface FieldGetter {
  (): unknown;
  owner?: string | undefined;
}

function defineFields(prototype: object, fields: FieldMap, owner?: string): void {
  for (const [name, field] of Object.entries(fields)) {
    const getter: FieldGetter = function (this: unknown): unknown {
      return field.get((this as ElementView).xml);
    };
    getter.owner = owner;
    Object.defineProperty(prototype, name, {
      enumerable: true,
      configurable: true,
      get: getter,
      set(this: ElementView, value: never) {
        field.set(this.xml, value);
      },
    });
  }
}
