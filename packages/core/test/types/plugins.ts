// Checked by `tsc -p tsconfig.test.json`, never run: a line that should not compile and does is an error there.
import { BaseXMPP, Clock, inject, Plugin, Random } from '@sestina/core';
import type { PluginRegistry } from '@sestina/core/connection';

class PingOptions {
  /** Milliseconds. */
  interval = 300_000;
  mode: 'loud' | 'quiet' = 'quiet';
  name?: string;
}

class Ping extends Plugin {
  static override readonly id = 'ping';
  static override readonly Options = PingOptions;
  static override readonly inject = [Clock, PingOptions] as const;
  readonly clock: Clock;
  readonly options: PingOptions;

  constructor(clock: Clock, options: PingOptions) {
    super();
    this.clock = clock;
    this.options = options;
  }
}

class Disco extends Plugin {
  static override readonly id = 'disco';
  static override readonly inject = [BaseXMPP, Ping] as const;
  readonly only = 'in disco';
  readonly ping: Ping;

  constructor(_xmpp: BaseXMPP, ping: Ping) {
    super();
    this.ping = ping;
  }
}

class Inheriting extends Ping {}

class Nothing extends Plugin {}

class Defaulted extends Plugin {
  static override readonly inject = [Clock] as const;
  readonly extra: number;
  constructor(_clock: Clock, extra = 5, ..._more: string[]) {
    super();
    this.extra = extra;
  }
}

// A token may be more than what the parameter asks for, not less.
class Wide extends Plugin {
  static override readonly inject = [Disco] as const;
  readonly plugin: Plugin;
  constructor(plugin: Plugin) {
    super();
    this.plugin = plugin;
  }
}

class WrongClass extends Plugin {
  static override readonly inject = [Clock] as const;
  readonly random: Random;
  constructor(random: Random) {
    super();
    this.random = random;
  }
}

class WrongOrder extends Plugin {
  static override readonly inject = [PingOptions, Clock] as const;
  readonly clock: Clock;
  constructor(clock: Clock, _options: PingOptions) {
    super();
    this.clock = clock;
  }
}

class TooFew extends Plugin {
  static override readonly inject = [Random] as const;
  readonly ping: Ping;
  constructor(_random: Random, ping: Ping) {
    super();
    this.ping = ping;
  }
}

class TooMany extends Plugin {
  static override readonly inject = [Random, Clock] as const;
  readonly random: Random;
  constructor(random: Random) {
    super();
    this.random = random;
  }
}

class Forgotten extends Plugin {
  readonly random: Random;
  constructor(random: Random) {
    super();
    this.random = random;
  }
}

class NoConst extends Plugin {
  static override readonly inject = [Random];
  readonly random: Random;
  constructor(random: Random) {
    super();
    this.random = random;
  }
}

class TooWide extends Plugin {
  static override readonly inject = [Plugin] as const;
  readonly disco: Disco;
  constructor(disco: Disco) {
    super();
    this.disco = disco;
  }
}

class OtherParameters extends Ping {
  constructor(random: Random) {
    super(random as never, new PingOptions());
  }
}

class Decorated extends Plugin {
  static override readonly inject = 'parameters';
  readonly clock: Clock;
  constructor(clock: Clock) {
    super();
    this.clock = clock;
  }
}
inject(Clock)(Decorated, undefined, 0);
// @ts-expect-error the parameter is a clock
inject(Random)(Decorated, undefined, 0);

export function installing(xmpp: BaseXMPP, registry: PluginRegistry, either: boolean): void {
  xmpp.use(Inheriting, { interval: 5 });
  xmpp.use(Nothing);
  xmpp.use(Defaulted);
  xmpp.use(Wide);
  xmpp.use(Decorated);
  xmpp.use(either ? Wide : Nothing);
  for (const cls of [Nothing, Decorated]) registry.use(cls);

  // @ts-expect-error static inject does not fit the constructor: a clock is no source of randomness
  xmpp.use(WrongClass);
  // @ts-expect-error the other way round
  xmpp.use(WrongOrder);
  // @ts-expect-error one parameter is given nothing
  xmpp.use(TooFew);
  // @ts-expect-error nothing takes the clock
  xmpp.use(TooMany);
  // @ts-expect-error no static inject
  xmpp.use(Forgotten);
  // @ts-expect-error it lacks `as const`
  registry.use(NoConst);
  // @ts-expect-error any plugin is not this one
  registry.use(TooWide);
  // @ts-expect-error it inherits the list and not the constructor
  registry.use(OtherParameters);
}

class Roaring extends Plugin {
  static override readonly provides = [Random, Clock] as const;
}

abstract class Shared extends Plugin {
  abstract readonly shared: string;
}

class Sharing extends Shared {
  static override readonly provides = [Shared] as const;
  static override readonly kinds = ['client'] as const;
  readonly shared = 'x';
}

export function composing(xmpp: BaseXMPP): void {
  xmpp.use(Sharing);
  const shared: Shared = xmpp.plugin(Shared);
  xmpp.plugins.whenInstalled(Shared, (plugin) => void plugin.shared);
  xmpp.plugins.whenInstalled(Disco, ({ only }) => xmpp.advertise(only));
  xmpp.useAll([Sharing, Disco, [Ping, { interval: 5 }]]);

  // @ts-expect-error static provides names a class that the plugin is not
  xmpp.use(Roaring);
  // @ts-expect-error no such option
  xmpp.useAll([[Ping, { intervall: 5 }]]);
  // @ts-expect-error a number
  xmpp.useAll([Disco, [Ping, { interval: '5' }]]);
  // @ts-expect-error static inject does not fit the constructor
  xmpp.useAll([Disco, TooFew]);
  // @ts-expect-error no plugin
  xmpp.useAll([PingOptions]);
  // @ts-expect-error no plugin
  xmpp.plugins.whenInstalled(Clock, () => {});
  // @ts-expect-error what is done has to be undone
  xmpp.plugins.whenInstalled(Disco, () => 5);

  void shared;
}

export function using(registry: PluginRegistry, xmpp: BaseXMPP): void {
  const ping: Ping = registry.use(Ping, { interval: 5, mode: 'loud' });
  const disco: Disco = xmpp.use(Disco);
  const found: Disco | undefined = registry.find(Disco);
  const same: Ping = xmpp.plugin(Ping);
  const disco2: Disco = xmpp.plugin(Disco);
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

  void [found, same, disco2, wrong];
}
