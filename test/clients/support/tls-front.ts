import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';

/** What ends TLS in front of the backend, as a proxy does: the specification's examples speak https. */
export interface TlsFront {
  /** `https://localhost:` and its port. */
  readonly url: string;
  /** The file, as PEM, of what a client has to trust. */
  readonly certificate: string;
  close(): void;
}

export async function startTlsFront(backend: string): Promise<TlsFront> {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  const request =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost ' +
    `-addext subjectAltName=DNS:localhost -keyout ${key} -out ${certificate}`;
  execFileSync('openssl', request.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] });
  const { hostname, port } = new URL(backend);
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (client) => {
    const upstream = connect(Number(port), hostname);
    pipeline(client, upstream, client, () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    certificate,
    close: () => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
