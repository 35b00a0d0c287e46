// What a snippet gets for '@sestina/client'.
import { ClientXMPP as RealClient } from '@sestina/client';
import { type ClientOptions, currentWorld } from './world.js';

export * from '@sestina/client';

/** A client that reaches the world's servers, unless the snippet says where to connect. */
export class ClientXMPP extends RealClient {
  constructor(options: ClientOptions) {
    const world = currentWorld();
    super(world.clientOptions(options));
    world.track(this);
  }
}
