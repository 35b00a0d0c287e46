/** XEP-0215: External Service Discovery, version 1.0.0. */
export { NoCredentialsError } from './errors.js';
export { ExternalService, type ServiceAddress } from './external-service.js';
export {
  ExternalServices,
  type ExternalServicesChange,
  type IceOptions,
  type ServicesOptions,
} from './external-services.js';
export type { IceServer } from './ice.js';
export {
  Credentials,
  LegacyCredentials,
  LegacyService,
  LegacyServices,
  NS_EXTDISCO,
  NS_EXTDISCO_1,
  Service,
  Services,
} from './stanza.js';
