import type { JID } from '@sestina/core';
import { type ExternalService, isAt, isSame, serviceOf } from './external-service.js';
import type { LegacyServices, Services } from './stanza.js';

/** Services of one answer that are looked at: there is no server with so many. */
export const MAX_SERVICES = 100;

/** The services that an answer tells of, without those that nothing can be done with. */
export function servicesOf(
  server: JID,
  { services }: Pick<Services | LegacyServices, 'services'>,
): readonly ExternalService[] {
  const found: ExternalService[] = [];
  for (const element of services) {
    const service = serviceOf(server, element);
    if (service) found.push(service);
    if (found.length === MAX_SERVICES) break;
  }
  return found;
}

/** What is known after a push (XEP-0215 §3.2). @param type The only type that is known. */
export function merged(
  known: readonly ExternalService[],
  server: JID,
  { services }: Services | LegacyServices,
  type: string | undefined,
): readonly ExternalService[] {
  let list = known;
  let looked = 0;
  for (const element of services) {
    looked += 1;
    if (looked > MAX_SERVICES) break;
    const service = serviceOf(server, element);
    if (!service || (type !== undefined && service.type !== type)) continue;
    const { action } = element;
    const goes = action === 'delete' || action === 'remove';
    const isMeant = (other: ExternalService): boolean => (goes ? isAt(other, service) : isSame(other, service));
    const index = list.findIndex(isMeant);
    const rest = list.filter((other) => !isMeant(other));
    if (goes) list = rest;
    else if (index < 0) list = [...rest, service].slice(0, MAX_SERVICES);
    else list = [...rest.slice(0, index), service, ...rest.slice(index)];
  }
  return list;
}
