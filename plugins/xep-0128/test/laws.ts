import { declareLaws } from '@sestina/testing/laws';
import { formType, multi } from '@sestina/xep-0004';
import { DiscoveryExtensions } from '../src/index.js';

const ServerInfo = formType('http://jabber.org/network/serverinfo', { addresses: multi('abuse-addresses') });

export const laws = [
  declareLaws(DiscoveryExtensions, {
    waits: { of: (extensions, signal) => extensions.of('example.org', ServerInfo, { signal }) },
  }),
];
