// DER-encoded object identifiers in hexadecimal digits, and the hash of RFC 5929 §4.1: SHA-256 in place of MD5 and SHA-1.
const SIGNATURES: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'sha256', // md5WithRSAEncryption
  '2a864886f70d010105': 'sha256', // sha1WithRSAEncryption
  '2a864886f70d01010e': 'sha224', // sha224WithRSAEncryption
  '2a864886f70d01010b': 'sha256', // sha256WithRSAEncryption
  '2a864886f70d01010c': 'sha384', // sha384WithRSAEncryption
  '2a864886f70d01010d': 'sha512', // sha512WithRSAEncryption
  '2a8648ce3d0401': 'sha256', // ecdsa-with-SHA1
  '2a8648ce3d040301': 'sha224', // ecdsa-with-SHA224
  '2a8648ce3d040302': 'sha256', // ecdsa-with-SHA256
  '2a8648ce3d040303': 'sha384', // ecdsa-with-SHA384
  '2a8648ce3d040304': 'sha512', // ecdsa-with-SHA512
};
const HASHES: Readonly<Record<string, string>> = {
  '608648016503040204': 'sha224',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
};
const RSASSA_PSS = '2a864886f70d01010a';

/**
 * The hash that `tls-server-end-point` takes of that certificate (DER): that of its signature algorithm. Undefined where
 * this has none, such as Ed25519 (RFC 5929 §4.1 leaves it open).
 */
export function certificateHash(certificate: Uint8Array): string | undefined {
  const outer = read(certificate, 0);
  const signed = outer && read(certificate, outer.start);
  const algorithm = signed && read(certificate, signed.end);
  const identifier = algorithm && read(certificate, algorithm.start);
  if (!algorithm || !identifier) return undefined;
  const oid = hex(certificate, identifier);
  return oid === RSASSA_PSS ? pssHash(certificate, identifier.end) : SIGNATURES[oid];
}

// RFC 4055 §3.1: SEQUENCE { hashAlgorithm [0] AlgorithmIdentifier DEFAULT sha1, … }.
function pssHash(bytes: Uint8Array, offset: number): string | undefined {
  const parameters = read(bytes, offset);
  const tagged = parameters && read(bytes, parameters.start);
  if (tagged?.tag !== 0xa0) return 'sha256';
  const algorithm = read(bytes, tagged.start);
  const identifier = algorithm && read(bytes, algorithm.start);
  return identifier && (HASHES[hex(bytes, identifier)] ?? 'sha256');
}

interface Value {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

function read(bytes: Uint8Array, offset: number): Value | undefined {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) return undefined;
  if (first < 0x80) return { tag, start: offset + 2, end: offset + 2 + first };
  const start = offset + 2 + (first & 0x7f);
  let length = 0;
  for (const byte of bytes.subarray(offset + 2, start)) length = length * 0x100 + byte;
  return { tag, start, end: start + length };
}

function hex(bytes: Uint8Array, { start, end }: Value): string {
  return Buffer.from(bytes.subarray(start, end)).toString('hex');
}
