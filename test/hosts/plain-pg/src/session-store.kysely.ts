import type { Generated } from 'kysely';
import { kyselyOn } from './kysely-on.js';
import type { SessionStore } from './session-store.js';

interface Database {
  readonly sessions: {
    readonly id: string;
    readonly user_id: number;
    readonly signed_in_at: Generated<Date>;
  };
}

export const kyselyStore: SessionStore = {
  opening: (id) => ({
    inSameCommit: (client, userId) =>
      kyselyOn<Database>(client)
        .insertInto('sessions')
        .values({ id, user_id: Number(userId) })
        .execute(),
  }),
  endAll: (client, userId, { except }) => {
    const all = kyselyOn<Database>(client).deleteFrom('sessions').where('user_id', '=', userId);
    return (except === undefined ? all : all.where('id', '!=', except)).execute();
  },
};
