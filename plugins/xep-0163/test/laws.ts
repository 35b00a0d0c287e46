import { element } from '@sestina/core';
import { declareLaws } from '@sestina/testing/laws';
import { definePubSubNode } from '@sestina/xep-0060';
import { PersonalEventing } from '../src/index.js';

class Tune extends element('tune', 'urn:example:tune') {}
const Tunes = definePubSubNode({ node: 'urn:example:tune', payload: Tune });

export const laws = [
  declareLaws(PersonalEventing, {
    waits: {
      publish: (eventing, signal) => eventing.publish(Tunes, new Tune(), { signal }),
      stop: (eventing, signal) => eventing.stop(Tunes, { signal }),
      get: (eventing, signal) => eventing.get(Tunes, 'juliet@capulet.example', { signal }),
      supported: (eventing, signal) => eventing.supported({ signal }),
      accountFeatures: (eventing, signal) => eventing.accountFeatures({ signal }),
    },
  }),
];
