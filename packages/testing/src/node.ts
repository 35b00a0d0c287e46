export {
  type CertificateOptions,
  type KeyAndCertificate,
  selfSignedCertificate,
} from './node/certificate.js';
export {
  type ListenAddress,
  type ListenOptions,
  TcpMemoryServer,
  type TcpMemoryServerOptions,
} from './node/tcp-memory-server.js';
