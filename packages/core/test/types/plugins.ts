// Checked by `tsc -p tsconfig.test.json`, never run: a line that should not compile and does is an error there.
import { type BaseXMPP, Clock, inject, injectable, Plugin, type PluginRegistry, Random } from '@sestina/core';

class PingOptions {
  /** Milliseconds. */
  interval = 300_000;
  mode: 'loud' | 'quiet' = 'quiet';
  name?: string;
}

@injectable()
export class Ping extends Plugin {
  static override readonly id = 'ping';
  static override readonly Options = PingOptions;

  constructor(
    @inject(Clock) readonly clock: Clock,
    @inject(PingOptions) readonly options: PingOptions,
  ) {
    super();
  }
}

export class Disco extends Plugin {
  static override readonly id = 'disco';
  readonly only = 'in disco';

  constructor(@inject(Ping) readonly ping: Ping) {
    super();
  }
}

// A token may be more than what the parameter asks for, not less.
export class Wide extends Plugin {
  constructor(@inject(Disco) readonly plugin: Plugin) {
    super();
  }
}

export class WrongClass extends Plugin {
  // @ts-expect-error a clock is no source of randomness
  constructor(@inject(Clock) readonly random: Random) {
    super();
  }
}

export class WrongPlace extends Plugin {
  constructor(
    @inject(Random) readonly random: Random,
    // @ts-expect-error the second parameter is a plugin
    @inject(Random) readonly ping: Ping,
  ) {
    super();
  }
}

export class TooWide extends Plugin {
  // @ts-expect-error any plugin is not this one
  constructor(@inject(Plugin) readonly disco: Disco) {
    super();
  }
}

export function using(registry: PluginRegistry, xmpp: BaseXMPP): void {
  const ping: Ping = registry.use(Ping, { interval: 5, mode: 'loud' });
  const disco: Disco = xmpp.use(Disco);
  const found: Disco | undefined = registry.find(Disco);
  const same: Ping = xmpp.plugin(Ping);
  registry.use(Ping, {});
  registry.use(Ping, { name: 'x' });

  // @ts-expect-error no such option
  registry.use(Ping, { intervall: 5 });
  // @ts-expect-error a number
  registry.use(Ping, { interval: '5' });
  // @ts-expect-error not among the words
  xmpp.use(Ping, { mode: 'silent' });
  // @ts-expect-error no plugin
  xmpp.use(PingOptions);
  // @ts-expect-error no plugin
  xmpp.plugin(Clock);
  // @ts-expect-error another plugin
  const wrong: Disco = xmpp.plugin(Ping);
  // @ts-expect-error what is own to a plugin is handed over by itself
  disco.own(ping);

  void [found, same, wrong];
}
