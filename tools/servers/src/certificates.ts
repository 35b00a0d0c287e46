import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerError } from './errors.js';
import { run } from './run.js';
import type { CertificatePair } from './types.js';

const DAYS = '30';

/** id-on-xmppAddr, RFC 6120 §13.7.1.4. */
const XMPP_ADDR = '1.3.6.1.5.5.7.8.5';

// Without a file of our own openssl takes the system's, which would make every certificate a CA.
const CONFIG = `[req]
distinguished_name = dn
[dn]
`;

const EXPIRED_CONFIG = `[ca]
default_ca = old
[old]
database = expired.index
serial = expired.serial
new_certs_dir = .
default_md = sha256
policy = policy
[policy]
CN = supplied
[expired]
basicConstraints = CA:FALSE
keyUsage = digitalSignature
extendedKeyUsage = serverAuth
`;

const LEAF = ['-addext', 'basicConstraints=CA:FALSE', '-addext', 'keyUsage=digitalSignature'];
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** The files of one certificate. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  /** Both in one file, as ejabberd wants it. */
  readonly pem: string;
}

/** What is odd about a server's certificate. */
export type Flaw = 'expired' | 'self-signed';

/** A certificate authority of its own in a directory. Keys are EC P-256, certificates last 30 days. */
export class CertificateAuthority {
  readonly #directory: string;
  /** The authority's own certificate, PEM. */
  readonly pem: string;

  private constructor(directory: string, pem: string) {
    this.#directory = directory;
    this.pem = pem;
  }

  /** Makes a new authority; the directory is made too. */
  static async create(directory: string): Promise<CertificateAuthority> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(join(directory, 'openssl.cnf'), CONFIG);
    await run(
      'openssl',
      [
        ...['req', '-config', 'openssl.cnf', '-x509', ...NEW_KEY, '-keyout', 'ca.key', '-out', 'ca.crt'],
        ...['-days', DAYS, '-subj', '/CN=Test servers CA'],
        ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
      ],
      { cwd: directory },
    );
    return new CertificateAuthority(directory, await readFile(join(directory, 'ca.crt'), 'utf8'));
  }

  /** The file with {@link pem}. */
  get file(): string {
    return join(this.#directory, 'ca.crt');
  }

  /**
   * Makes the certificate of a server.
   *
   * @param name What its files are called.
   * @param names What it is good for: an openssl `subjectAltName`, such as `DNS:localhost,IP:127.0.0.1`.
   */
  async issueServer(name: string, names: string, flaw?: Flaw): Promise<CertificateFiles> {
    const files = this.#files(name);
    const options = { cwd: this.#directory };
    const subject = ['-subj', `/CN=${name}`];
    if (flaw === 'expired') {
      await this.#issueExpired(name, names);
    } else {
      const signer = flaw === 'self-signed' ? [] : ['-CA', 'ca.crt', '-CAkey', 'ca.key'];
      const usage = ['-addext', 'extendedKeyUsage=serverAuth,clientAuth', '-addext', `subjectAltName=${names}`];
      const output = ['-keyout', files.key, '-out', files.cert, '-days', DAYS];
      await run(
        'openssl',
        ['req', '-config', 'openssl.cnf', '-x509', ...NEW_KEY, ...signer, ...subject, ...LEAF, ...usage, ...output],
        options,
      );
    }
    for (const part of [files.cert, files.key]) await appendFile(files.pem, await readFile(part), { mode: 0o600 });
    return files;
  }

  /** Makes one more certificate for the server of a domain, with a key of its own. */
  async issueAnother(domain: string): Promise<CertificatePair> {
    const { cert, key } = await this.issueServer(`another-${randomUUID()}`, `DNS:${domain}`);
    return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  }

  /**
   * Makes a client certificate that names a bare JID. Blocks for some 10 ms.
   *
   * @throws {ServerError} When the JID has a character that openssl's configuration syntax gives a meaning to.
   */
  issueClient(jid: string): CertificatePair {
    if (/[\s,;"'\\#$]/.test(jid)) throw new ServerError(`no certificate for ${JSON.stringify(jid)}: use a plainer JID`);
    const output = mkdtempSync(join(this.#directory, 'client-'));
    try {
      const names = `subjectAltName=otherName:${XMPP_ADDR};UTF8:${jid}`;
      const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-days', DAYS];
      const usage = ['-addext', 'extendedKeyUsage=clientAuth', '-addext', names];
      const [key, cert] = [join(output, 'key'), join(output, 'cert')];
      execFileSync(
        'openssl',
        [
          ...[
            'req',
            '-config',
            'openssl.cnf',
            '-x509',
            ...NEW_KEY,
            ...signer,
            '-subj',
            '/CN=client',
            ...LEAF,
            ...usage,
          ],
          ...['-keyout', key, '-out', cert],
        ],
        { cwd: this.#directory, stdio: 'pipe', timeout: 10_000 },
      );
      return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
    } finally {
      rmSync(output, { recursive: true, force: true });
    }
  }

  // `openssl req` and `openssl x509` cannot date a certificate back before version 3.4, `openssl ca` can.
  async #issueExpired(name: string, names: string): Promise<void> {
    const options = { cwd: this.#directory };
    const { cert, key } = this.#files(name);
    const request = `${name}.csr`;
    await writeFile(join(this.#directory, 'expired.cnf'), `${EXPIRED_CONFIG}subjectAltName = ${names}\n`);
    await writeFile(join(this.#directory, 'expired.index'), '');
    await writeFile(join(this.#directory, 'expired.serial'), '01\n');
    await run(
      'openssl',
      ['req', '-config', 'openssl.cnf', '-new', ...NEW_KEY, '-subj', `/CN=${name}`, '-keyout', key, '-out', request],
      options,
    );
    const dates = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
    await run(
      'openssl',
      [
        ...['ca', '-batch', '-config', 'expired.cnf', '-cert', 'ca.crt', '-keyfile', 'ca.key', '-in', request],
        ...['-extensions', 'expired', ...dates, '-notext', '-out', cert],
      ],
      options,
    );
  }

  #files(name: string): CertificateFiles {
    const path = join(this.#directory, name);
    return { cert: `${path}.crt`, key: `${path}.key`, pem: `${path}.pem` };
  }
}
