// What a snippet gets for '@sestina/component'.
import { type ComponentOptions, ComponentXMPP as RealComponent } from '@sestina/component';
import { currentWorld } from './world.js';

export * from '@sestina/component';

/** A component that reaches the world's servers, unless the snippet says where to connect. */
export class ComponentXMPP extends RealComponent {
  constructor(options: ComponentOptions) {
    const world = currentWorld();
    super(world.componentOptions(options));
    world.track(this);
  }
}
