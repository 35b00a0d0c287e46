import { XmlElement } from '../xml/element.js';
import type { Field, FieldMap, Fields, InitArguments } from './field.js';

/** Base of every stanza object: a view that holds nothing but its element. */
export class ElementView {
  constructor(
    /** The element it reads and writes. */
    readonly xml: XmlElement,
  ) {}

  /** Writes several properties at once, those of plugins included. */
  set(values: Partial<this>): this {
    return Object.assign(this, values);
  }

  /** A deep copy that may be written to. */
  copy(): this {
    return new (this.constructor as new (xml: XmlElement) => this)(this.xml.copy());
  }

  /** The XML text. */
  toString(): string {
    return this.xml.toString();
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
  new (...init: InitArguments<F>): B & Fields<F>;
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
 * Instances are made over an element (`new Received(xml)`) or afresh from field values (`new Received({ id })`).
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

    constructor(source: XmlElement | object = {}) {
      super(source instanceof XmlElement ? source : new XmlElement(tag, namespace));
      if (source !== this.xml) {
        for (const [key, value] of Object.entries(source)) {
          if (!(key in this)) throw new TypeError(`<${tag} xmlns="${namespace}"> has no field "${key}"`);
          if (value !== undefined) (this as Record<string, unknown>)[key] = value;
        }
        this.xml.view = this;
      }
    }
  }
  defineFields(Definition.prototype, fields);
  return Definition as unknown as DefinedClass<F, B>;
}

type Declared<V, F> = {
  [K in keyof F]: K extends keyof V ? (F[K] extends { get(xml: XmlElement): V[K] } ? F[K] : Field<V[K]>) : never;
};

/**
 * Gives runtime to fields that a plugin declared by `declare module '@sestina/core'`. The compiler compares both.
 * Loading the same package twice is harmless.
 * @throws TypeError where another package has taken the name.
 */
export function extend<V extends ElementView, F extends FieldMap>(
  target: ElementClass<V>,
  fields: F & Declared<V, F>,
  owner?: string,
): void {
  const prototype: object = target.prototype;
  for (const name of Object.keys(fields)) {
    const existing = Object.getOwnPropertyDescriptor(prototype, name)?.get as FieldGetter | undefined;
    if (existing?.owner !== undefined && existing.owner === owner) continue;
    if (name in prototype) throw new TypeError(`<${target.tag}/> already has a field "${name}"; choose another name`);
  }
  defineFields(prototype, fields, owner);
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
