import { PubSub } from '@sestina/xep-0060';
import { PersonalEventing } from '@sestina/xep-0163';
import { PrivateData } from '@sestina/xep-0223';
import { part } from '../part.js';

/** What is kept in an account. */
export const stored = {
  /** Nodes that things are published at (XEP-0060). */
  pubsub: part(PubSub),
  /** What contacts publish for their contacts (XEP-0163). */
  personalEventing: part(PersonalEventing),
  /** What all our devices know, and nobody else (XEP-0223). */
  privateData: part(PrivateData),
};
