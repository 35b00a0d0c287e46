import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { publishable } from '@sestina/scripts/repo';

/** A registry on 127.0.0.1 with the packed packages alone, so that npm gets them by their names. */
export class PackedRegistry implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(tarballs: string): Promise<PackedRegistry> {
    const files = new Set(readdirSync(tarballs));
    const packages = new Map(publishable().map(({ manifest }) => [manifest.name, manifest]));
    const server = createServer(({ url = '', headers: { host } }, response) => {
      const path = decodeURIComponent(url.slice(1));
      const manifest = packages.get(path);
      if (manifest) {
        const { name, version } = manifest as typeof manifest & { version: string };
        const tarball = `http://${host}/${name.slice(1).replace('/', '-')}-${version}.tgz`;
        const versions = { [version]: { ...manifest, dist: { tarball } } };
        response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
      } else if (files.has(path)) {
        response.end(readFileSync(join(tarballs, path)));
      } else {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new PackedRegistry(server);
  }

  /** What a file of npm's settings says to have names of ours looked up here. */
  get settings(): string {
    return `@sestina:registry=http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/\n`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
