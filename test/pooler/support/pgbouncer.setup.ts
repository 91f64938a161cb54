import { existsSync } from 'node:fs';
import { installPackages, isRootOnDebian } from '../../support/debian.js';
import { PGBOUNCER } from './pgbouncer.js';

/** Installs PgBouncer as root on Debian; elsewhere it has to be there. */
export default function setup(): void {
  if (existsSync(PGBOUNCER)) {
    return;
  }
  if (!isRootOnDebian()) {
    throw new Error(`There is no ${PGBOUNCER}: install PgBouncer`);
  }
  installPackages(['pgbouncer'], 'to go through it');
}
