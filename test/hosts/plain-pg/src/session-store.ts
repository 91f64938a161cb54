import type { HostSession } from 'nestjs-two-factor';
import type { PoolClient } from 'pg';
import { drizzleStore } from './session-store.drizzle.js';
import { kyselyStore } from './session-store.kysely.js';

/** What a sign-in writes, and what a change of factors ends, in the commit of the library's. */
export interface SessionStore {
  opening(id: string): Pick<HostSession<PoolClient>, 'inSameCommit'>;
  endAll(
    client: PoolClient,
    userId: number,
    options: { readonly except: string | undefined },
  ): Promise<unknown>;
}

const pgStore: SessionStore = {
  opening: (id) => ({
    inSameCommit: (client, userId) =>
      client.query('INSERT INTO sessions (id, user_id) VALUES ($1, $2)', [id, userId]),
  }),
  endAll: (client, userId, { except }) =>
    client.query('DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2::uuid', [
      userId,
      except ?? null,
    ]),
};

export const SESSION_STORES: Readonly<Record<string, SessionStore>> = {
  pg: pgStore,
  drizzle: drizzleStore,
  kysely: kyselyStore,
};
