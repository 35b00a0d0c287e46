import { BaseXMPP, Plugin } from '@sestina/core';

/** Options of `Greeter`. */
export class GreeterOptions {
  greeting = 'Good morrow';
}

/** Greets whoever writes. A plugin as an application has one. */
export class Greeter extends Plugin {
  static override readonly id = 'greeter';
  static override readonly Options = GreeterOptions;
  static override readonly inject = [BaseXMPP, GreeterOptions] as const;
  readonly #greeted = new Set<string>();

  constructor(xmpp: BaseXMPP, options: GreeterOptions) {
    super();
    this.own(
      xmpp.on('message', (message) => {
        if (message.from) this.#greeted.add(message.from.bare.full);
        void message.reply(options.greeting).send();
      }),
    );
  }

  get greeted(): readonly string[] {
    return [...this.#greeted];
  }
}
