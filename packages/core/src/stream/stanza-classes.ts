import type { XmlElement } from '@sestina/xml';
import { Registration } from '../registration.js';
import { type ElementClass, ElementView, viewOf } from '../stanza/element.js';

/** Which class views first-level elements of which name and namespace. */
export class StanzaClasses {
  readonly #classes = new Map<string, readonly ElementClass[]>(); // bound: classes of stanzas

  /** The latest class of a name and namespace is taken, as long as it is there. */
  add(cls: ElementClass): Registration {
    this.#classes.set(cls.tag, [cls, ...(this.#classes.get(cls.tag) ?? [])]);
    return new Registration(() => {
      const left = [...(this.#classes.get(cls.tag) ?? [])];
      left.splice(left.indexOf(cls), 1);
      if (left.length > 0) this.#classes.set(cls.tag, left);
      else this.#classes.delete(cls.tag);
    });
  }

  /** The stanza object over an element; a plain view where no class is known for it. */
  view(element: XmlElement): ElementView {
    const classes = this.#classes.get(element.name);
    if (classes) for (const cls of classes) if (cls.namespace === element.namespace) return viewOf(cls, element);
    return viewOf(ElementView as unknown as ElementClass, element);
  }
}
