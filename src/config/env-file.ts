import { existsSync } from 'node:fs';
import { loadEnvFile as load } from 'node:process';

/** Reads `.env` of the working folder, if there is one. A variable that is set already stays as it is. */
export function loadEnvFile(): void {
  if (existsSync('.env')) {
    load('.env');
  }
}
