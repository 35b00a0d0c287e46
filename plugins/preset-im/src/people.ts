import { type BaseXMPP, Registration } from '@sestina/core';
import { checkOption, hasMethod, isOneOf } from '@sestina/core/connection';
import { IdleTime } from '@sestina/xep-0319';
import type { Activity } from '@sestina/xep-0352';
import type { Parts } from './part.js';
import { type PartDefaults, Preset, type PresetOptions, presetOptions, quietDefaults } from './preset.js';

/** Options that presets for people have beside their parts. */
export interface PeopleOptions {
  /**
   * How much of us others see without being told: `quiet` sends no receipt, no marker, no chat state, and says neither what program this
   * is nor what time it is here, nor since when nobody does anything. What is given for a part goes before it.
   * @default 'normal'
   */
  privacy: 'normal' | 'quiet';
  /**
   * Who knows whether somebody uses the program, such as `new PageActivity(document)`: `clientState` tells the server, `idleTime` others.
   * @default undefined
   */
  activity: Activity | undefined;
}

/** A class of options: one for each part, and those that are about all of them. */
export function peopleOptions<P extends Parts>(parts: P): new () => PresetOptions<P> & PeopleOptions {
  const Options: new () => object = presetOptions(parts);
  return class extends Options {
    privacy: PeopleOptions['privacy'] = 'normal';
    activity: PeopleOptions['activity'] = undefined;
  } as unknown as new () => PresetOptions<P> & PeopleOptions;
}

/** What the parts are given where nothing is said of them. @throws ConfigError for what cannot be meant. */
function peopleDefaults<P extends Parts>(parts: P, { privacy, activity }: PeopleOptions): PartDefaults<P> {
  checkOption('privacy', privacy, isOneOf(privacy, 'normal', 'quiet'), "'normal' or 'quiet'");
  checkOption('activity', activity, hasMethod(activity, 'onChange'), 'an Activity');
  const quiet = privacy === 'quiet' ? quietDefaults(parts) : {};
  return { ...quiet, clientState: { follow: activity } } as unknown as PartDefaults<P>;
}

/** Has what others are told of us follow whether somebody uses the program. */
function followActivity(xmpp: BaseXMPP, { activity }: PeopleOptions): Registration {
  if (!activity) return new Registration(() => {});
  return xmpp.plugins.whenInstalled(IdleTime, (idle) => {
    const look = (): void => idle.setIdle(activity.active ? undefined : new Date(xmpp.clock.now()));
    look();
    return activity.onChange(look);
  });
}

/** A preset for people: what others are told of us follows what is said of all parts. */
export abstract class PeoplePreset<P extends Parts> extends Preset<P> {
  /** @throws ConfigError for an option that cannot be meant, and for a part that needs one that is switched off. */
  constructor(xmpp: BaseXMPP, parts: P, options: PresetOptions<P> & PeopleOptions) {
    super(xmpp, parts, options, peopleDefaults(parts, options));
    this.own(followActivity(xmpp, options));
  }
}
