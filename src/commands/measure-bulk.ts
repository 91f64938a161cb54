import 'reflect-metadata';
import { randomBytes, randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { NestFactory } from '@nestjs/core';
import {
  type ImportedSecret,
  type KeyMaterial,
  KeyRotation,
  TwoFactorImporter,
  TwoFactorModule,
} from 'nestjs-two-factor';
import { pgDatabase } from 'nestjs-two-factor/pg';
import { migrate } from '../database/migrate.js';

// npm run bench runs it: how many rows a second what walks over all users does, the importer and the rotation of keys. It
// writes so many users into the empty database of DATABASE_URL.

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const rows = Number(process.argv[2]);
const [old, fresh, pepper] = [randomBytes(32), randomBytes(32), randomBytes(32)];

function* secrets(): Generator<ImportedSecret> {
  for (let row = 0; row < rows; row += 1) {
    const secret = Array.from(randomBytes(32), (byte) => BASE32.charAt(byte % BASE32.length)).join('');
    yield { userId: randomUUID(), secret };
  }
}

async function withLibrary<Result>(
  url: string,
  keys: readonly KeyMaterial[],
  work: (get: <Service>(service: new (...dependencies: never[]) => Service) => Service) => Promise<Result>,
): Promise<Result> {
  const module = TwoFactorModule.forRoot({
    database: { useFactory: () => pgDatabase({ connectionString: url }) },
    issuer: 'Bulk',
    keys,
    peppers: [{ id: 'p1', key: pepper }],
  });
  const app = await NestFactory.createApplicationContext(module, { logger: ['error', 'warn'] });
  try {
    return await work((service) => app.get(service, { strict: false }));
  } finally {
    await app.close();
  }
}

async function perSecond(work: () => Promise<number>): Promise<number> {
  const began = performance.now();
  const done = await work();
  if (done !== rows) {
    throw new Error(`${done} of ${rows} rows were done`);
  }
  return Math.round((done * 1000) / (performance.now() - began));
}

async function measure(url: string): Promise<void> {
  await migrate({ url });
  const k1 = { id: 'k1', key: old };
  const importedPerSecond = await withLibrary(url, [k1], (get) =>
    perSecond(async () => (await get(TwoFactorImporter).run(secrets(), { isDryRun: false })).imported.length),
  );
  const resealedPerSecond = await withLibrary(url, [{ id: 'k2', key: fresh }, k1], (get) =>
    perSecond(async () => (await get(KeyRotation).run()).resealed),
  );
  process.stdout.write(`${JSON.stringify({ rows, importedPerSecond, resealedPerSecond })}\n`);
}

const url = process.env['DATABASE_URL'];
if (url === undefined || !(rows > 0)) {
  throw new Error('Usage: DATABASE_URL=<of an empty database> node dist/server/measure-bulk.js <rows>');
}
await measure(url);
