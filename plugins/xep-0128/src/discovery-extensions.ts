import { type AddressNode, ConfigError, type Fields, type JID, Plugin, type Registration } from '@sestina/core';
import type { Form, FormFieldMap, FormType } from '@sestina/xep-0004';
import { type DiscoInfo, type InfoOptions, ServiceDiscovery } from '@sestina/xep-0030';
import { extension } from './extension.js';

/**
 * XEP-0128: Service Discovery Extensions. Tells further data about this program, or about one of its addresses or nodes, and
 * reads what others tell.
 */
export class DiscoveryExtensions extends Plugin {
  static override readonly id = 'xep-0128';
  static override readonly inject = [ServiceDiscovery] as const;
  readonly #disco: ServiceDiscovery;

  constructor(disco: ServiceDiscovery) {
    super();
    this.#disco = disco;
  }

  /**
   * Adds a form to what service discovery answers. Everybody on the network can read it (XEP-0128 §5). A function is called
   * at each answer; tell `ServiceDiscovery.infoChanged()` when it would give something else.
   * @param form Of type `result`, with a hidden FORM_TYPE, of which each place has one at most: `formType(…).result({ … })`.
   * @param place Default: all addresses, without a node.
   * @throws ConfigError for another kind of form.
   */
  add(form: Form | (() => Form), place: AddressNode = {}): Registration {
    const make = typeof form === 'function' ? () => checked(form()) : checked(form);
    return this.own(this.#disco.addForm(make, place));
  }

  /** The further data of that FORM_TYPE in an answer, typed; undefined where there is none. */
  extension<F extends FormFieldMap>(info: DiscoInfo | undefined, type: FormType<F>): Fields<F> | undefined {
    return extension(info, type);
  }

  /**
   * Asks an entity for the further data of that FORM_TYPE.
   * @throws what `ServiceDiscovery.info()` throws.
   */
  async of<F extends FormFieldMap>(
    to: JID | string | undefined,
    type: FormType<F>,
    options: InfoOptions = {},
  ): Promise<Fields<F> | undefined> {
    return this.untilRemoved(options.signal, async (signal) =>
      extension(await this.#disco.info(to, { ...options, signal }), type),
    );
  }
}

function checked(form: Form): Form {
  if (form.xml.attribute('type') === 'result' && form.formType !== undefined) return form;
  throw new ConfigError(
    'an extension is a form of type result with a hidden FORM_TYPE: make it with formType()',
    'form',
  );
}
